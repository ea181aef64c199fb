using System.Runtime.InteropServices;

namespace DeepCompression.Training.Checkpoints;

/// <summary>
/// Everything that training needs to go on as if it had never stopped: numbers by name (weights, optimizer state, masks,
/// codebooks) and notes by name (the procedure, its stage, the step). Random numbers depend on seed and step alone and need no state.
/// </summary>
public sealed class Checkpoint
{
    private readonly Dictionary<string, CheckpointTensor> _tensors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _notes = new(StringComparer.Ordinal);

    /// <summary>The numbers, in the order in which they were added.</summary>
    public IReadOnlyCollection<CheckpointTensor> Tensors => _tensors.Values;

    /// <summary>The notes.</summary>
    public IReadOnlyDictionary<string, string> Notes => _notes;

    /// <summary>Adds a note, or replaces it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">The text.</param>
    public void SetNote(string name, string text) => _notes[name] = text;

    /// <summary>A note.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="InvalidDataException">There is none of this name.</exception>
    public string GetNote(string name) => _notes.TryGetValue(name, out string? text)
        ? text
        : throw new InvalidDataException($"The checkpoint has no note '{name}'.");

    /// <summary>Adds a copy of numbers.</summary>
    /// <param name="name">Their name.</param>
    /// <param name="values">The numbers.</param>
    /// <exception cref="ArgumentException">There are numbers of this name already.</exception>
    public void Add<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged =>
        Add(new CheckpointTensor(name, System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), MemoryMarshal.AsBytes(values).ToArray()));

    /// <summary>Adds numbers.</summary>
    /// <param name="tensor">The numbers.</param>
    /// <exception cref="ArgumentException">There are numbers of this name already.</exception>
    public void Add(CheckpointTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!_tensors.TryAdd(tensor.Name, tensor))
            throw new ArgumentException($"The checkpoint holds '{tensor.Name}' already.", nameof(tensor));
    }

    /// <summary>Whether there are numbers of a name.</summary>
    /// <param name="name">The name.</param>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>Numbers by name.</summary>
    /// <param name="name">Their name.</param>
    /// <exception cref="InvalidDataException">There are none of this name, or their elements have another size.</exception>
    public ReadOnlySpan<T> Get<T>(string name)
        where T : unmanaged
    {
        if (!_tensors.TryGetValue(name, out CheckpointTensor? tensor))
            throw new InvalidDataException($"The checkpoint does not hold '{name}'.");
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        if (tensor.ElementSize != size)
            throw new InvalidDataException($"'{name}' has elements of {tensor.ElementSize} bytes; {size} are asked for.");
        return MemoryMarshal.Cast<byte, T>(tensor.Values.Span);
    }

    /// <summary>Copies numbers to where they belong.</summary>
    /// <param name="name">Their name.</param>
    /// <param name="destination">As many elements as the checkpoint has.</param>
    /// <exception cref="InvalidDataException">There are none of this name, or not as many as <paramref name="destination"/> has.</exception>
    public void CopyTo<T>(string name, Span<T> destination)
        where T : unmanaged
    {
        ReadOnlySpan<T> values = Get<T>(name);
        if (values.Length != destination.Length)
            throw new InvalidDataException($"'{name}' has {values.Length} elements in the checkpoint and {destination.Length} in the model.");
        values.CopyTo(destination);
    }
}
