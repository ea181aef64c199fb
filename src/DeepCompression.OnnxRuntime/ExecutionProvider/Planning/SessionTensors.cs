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
    private readonly HashSet<string> _names = [];
    private byte* _memory;

    ~SessionTensors() => Release();

    /// <summary>Bytes of all tensors, as they lie in memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>Notes a tensor.</summary>
    /// <param name="name">The initializer that it stands for.</param>
    /// <param name="elementType">The element type by its number in ONNX.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="bytes">The size in bytes.</param>
    /// <param name="write">Writes the elements into as many bytes, which are not set to anything.</param>
    /// <exception cref="InvalidDataException">There is a tensor of this name.</exception>
    public void Add(string name, int elementType, long[] shape, int bytes, Action<Memory<byte>> write)
    {
        if (!_names.Add(name))
            throw new InvalidDataException($"value '{name}' is defined twice");
        _tensors.Add(new Handed(name, elementType, shape, bytes, Bytes, write));
        Bytes += (bytes + Alignment - 1L) / Alignment * Alignment;
    }

    /// <summary>Allocates all tensors.</summary>
    /// <returns>What writes them, the largest first; to be done before they are handed over.</returns>
    /// <remarks>
    /// In one piece: when it is freed, the C library takes its size as that of memory worth keeping. Freed in many pieces it goes
    /// back to the system, and the next session's memory costs a page fault for every 4 KB.
    /// </remarks>
    public IReadOnlyList<Action> Allocate()
    {
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(Bytes, 1), Alignment);
        List<Handed> largest = [.. _tensors];
        largest.Sort((a, b) => b.Bytes.CompareTo(a.Bytes));
        return largest.ConvertAll(tensor => (Action)(() => tensor.Write(new NativeBytes(_memory + tensor.Start, tensor.Bytes).Memory)));
    }

    /// <summary>Hands the tensors to the session that is created from these options.</summary>
    public void AddTo(SessionCopy options)
    {
        nint[] values = new nint[_tensors.Count];
        nint[] starts = new nint[_tensors.Count];
        byte[] names = Encoding.UTF8.GetBytes(string.Concat(_tensors.Select(tensor => tensor.Name + "\0")));
        OrtSessionOptions* handle = options.Handle;
        OrtMemoryInfo* cpu;
        ort.Check(ort.Api->CreateCpuMemoryInfo(OrtDeviceAllocator, 0, &cpu));
        OrtStatus* status = null; // and no try: calls in one are not compiled ahead of time
        fixed (byte* text = names)
        fixed (nint* start = starts, value = values)
        {
            byte* next = text;
            for (int i = 0; i < values.Length && status == null; i++)
            {
                Handed tensor = _tensors[i];
                fixed (long* dimensions = tensor.Shape)
                    status = ort.Api->CreateTensorWithDataAsOrtValue(cpu, _memory + tensor.Start, (nuint)tensor.Bytes, dimensions, (nuint)tensor.Shape.Length, tensor.ElementType, (OrtValue**)(value + i));
                start[i] = (nint)next;
                next += Encoding.UTF8.GetByteCount(tensor.Name) + 1;
            }

            if (status == null)
                status = ort.Api->AddExternalInitializers(handle, (byte**)start, (OrtValue**)value, (nuint)starts.Length);
        }

        foreach (nint value in values)
            ort.Api->ReleaseValue((OrtValue*)value); // the options hold their own
        ort.Api->ReleaseMemoryInfo(cpu);
        ort.Check(status);
    }

    /// <summary>Frees the tensors: the session that was created has its own.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _tensors.Clear();
    }

    // A class: lists of tuples are compiled when they are first used.
    private sealed record Handed(string Name, int ElementType, long[] Shape, int Bytes, long Start, Action<Memory<byte>> Write);
}
