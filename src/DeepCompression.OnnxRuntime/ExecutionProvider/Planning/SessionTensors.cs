using System.Runtime.InteropServices;
using System.Text;
using DeepCompression.ExecutionProvider.Interop;
using DeepCompression.ExecutionProvider.Weights;

namespace DeepCompression.OnnxRuntime.Planning;

/// <summary>Tensors in memory, by name, that a session copies while it is created instead of reading them from its model.</summary>
internal sealed unsafe class SessionTensors(OrtRuntime ort) : IDisposable
{
    private const int OrtDeviceAllocator = 0;
    private const int Alignment = 64; // bytes, as ONNX Runtime's own

    private readonly List<Handed> _tensors = [];

    ~SessionTensors() => Release();

    /// <summary>Bytes of all tensors.</summary>
    public long Bytes { get; private set; }

    /// <summary>Allocates a tensor.</summary>
    /// <param name="name">The initializer that it stands for.</param>
    /// <param name="elementType">The element type by its number in ONNX.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="bytes">The size in bytes.</param>
    /// <returns>The tensor's memory, not set to anything; valid until this is disposed of.</returns>
    public Memory<byte> Add(string name, int elementType, ReadOnlySpan<long> shape, int bytes)
    {
        byte* data = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Alignment);
        OrtMemoryInfo* cpu;
        OrtValue* value;
        ort.Check(ort.Api->CreateCpuMemoryInfo(OrtDeviceAllocator, 0, &cpu));
        fixed (long* dimensions = shape)
        {
            OrtStatus* status = ort.Api->CreateTensorWithDataAsOrtValue(cpu, data, (nuint)bytes, dimensions, (nuint)shape.Length, elementType, &value);
            ort.Api->ReleaseMemoryInfo(cpu);
            ort.Check(status);
        }

        Bytes += bytes;
        _tensors.Add(new Handed(Encoding.UTF8.GetBytes(name + "\0"), (nint)value, (nint)data));
        return new NativeBytes(data, bytes).Memory;
    }

    /// <summary>Hands the tensors to the session that is created from these options.</summary>
    public void AddTo(SessionCopy options)
    {
        nint[] values = new nint[_tensors.Count];
        nint[] starts = new nint[_tensors.Count];
        using MemoryStream names = new();
        foreach (Handed tensor in _tensors)
            names.Write(tensor.Name);
        fixed (byte* text = names.GetBuffer())
        fixed (nint* start = starts, value = values)
        {
            byte* next = text;
            for (int i = 0; i < starts.Length; i++)
            {
                values[i] = _tensors[i].Value;
                start[i] = (nint)next;
                next += _tensors[i].Name.Length;
            }

            ort.Check(ort.Api->AddExternalInitializers(options.Handle, (byte**)start, (OrtValue**)value, (nuint)starts.Length));
        }
    }

    /// <summary>Frees the tensors: the session that was created has its own.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        foreach (Handed tensor in _tensors)
        {
            ort.Api->ReleaseValue((OrtValue*)tensor.Value);
            NativeMemory.AlignedFree((void*)tensor.Data);
        }

        _tensors.Clear();
    }

    // A class: lists of tuples are compiled when they are first used.
    private sealed record Handed(byte[] Name, nint Value, nint Data);
}
