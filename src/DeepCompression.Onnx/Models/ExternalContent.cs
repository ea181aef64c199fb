using Microsoft.Win32.SafeHandles;

namespace DeepCompression.Onnx;

/// <summary>Elements in another file, copied piece by piece.</summary>
/// <param name="model">The model whose folder holds the file.</param>
/// <param name="tensor">The place.</param>
/// <param name="length">Bytes.</param>
internal sealed class ExternalContent(OnnxModel model, ExternalTensor tensor, long length) : ITensorContent
{
    public long Length => length;

    public void WriteTo(SafeFileHandle file, long offset)
    {
        try
        {
            tensor.CopyTo(model.Path, length, file, offset);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{model.Name}: {e.Message}".OneLine(), e);
        }
    }
}
