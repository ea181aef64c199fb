namespace DeepCompression.Coding;

/// <summary>Takes the decoded elements of a segment block by block, first to last.</summary>
internal interface IDenseSink
{
    /// <summary>Room for the next bytes of the segment. What was in it is not cleared.</summary>
    Span<byte> GetBlock(int bytes);
}
