using Microsoft.Win32.SafeHandles;

namespace DeepCompression.Onnx;

/// <summary>The elements of a tensor, in memory or to be made when they are written.</summary>
internal interface ITensorContent
{
    /// <summary>Bytes.</summary>
    long Length { get; }

    /// <summary>Writes all bytes.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Where they begin in it.</param>
    /// <exception cref="InvalidDataException">Their source is damaged or missing.</exception>
    void WriteTo(SafeFileHandle file, long offset);
}
