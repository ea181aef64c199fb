using DeepCompression.Benchmarks.Harness;

namespace DeepCompression.Benchmarks.Compress;

/// <summary>Sizes and speeds of compressing, packing and unpacking: <c>bench compress [squeezenet | alexnet | huffman | kmeans ...]</c>.</summary>
public sealed class CompressBench : IBench
{
    private static readonly Dictionary<string, Action<BenchTable>> _parts = new()
    {
        ["squeezenet"] = SqueezeNetRows.AddTo,
        ["alexnet"] = AlexNetRows.AddTo,
        ["huffman"] = HuffmanRows.AddTo,
        ["kmeans"] = KMeansRows.AddTo,
    };

    /// <inheritdoc/>
    public string Name => "compress";

    /// <inheritdoc/>
    public void Run(BenchTable table, IReadOnlyList<string> arguments)
    {
        foreach (string part in arguments.Count > 0 ? arguments : [.. _parts.Keys])
        {
            if (!_parts.TryGetValue(part, out Action<BenchTable>? add))
                throw new ArgumentException($"'{part}' is no part of this benchmark; it has {string.Join(", ", _parts.Keys)}.");
            add(table);
        }
    }
}
