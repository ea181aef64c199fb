using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace DeepCompression.Onnx;

/// <summary>
/// Stands for large contents in messages: a token, so random that no content looks like it, takes the place of <c>raw_data</c>
/// while protobuf reads or writes the message around it.
/// </summary>
internal sealed class ContentTokens
{
    private const int TokenLength = 36; // bytes: two random numbers of 16 and an index

    private readonly byte[] _key = [.. Guid.NewGuid().ToByteArray(), .. Guid.NewGuid().ToByteArray()];
    private readonly List<ITensorContent> _contents = [];

    /// <summary>The number of contents.</summary>
    public int Count => _contents.Count;

    /// <summary>What every token begins with.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>Adds a content.</summary>
    /// <returns>What stands for it.</returns>
    public ByteString Add(ITensorContent content)
    {
        byte[] token = new byte[TokenLength];
        _key.CopyTo(token, 0);
        BinaryPrimitives.WriteInt32LittleEndian(token.AsSpan(_key.Length), _contents.Count);
        _contents.Add(content);
        return UnsafeByteOperations.UnsafeWrap(token);
    }

    /// <summary>Finds what a token stands for; false where the bytes are none.</summary>
    public bool TryGet(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ITensorContent? content)
    {
        bool isToken = bytes.Length == TokenLength && bytes.StartsWith(_key);
        content = isToken ? _contents[BinaryPrimitives.ReadInt32LittleEndian(bytes[_key.Length..])] : null;
        return isToken;
    }
}
