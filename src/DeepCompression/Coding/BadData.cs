namespace DeepCompression.Coding;

/// <summary>Puts the place before messages of code that does not know where in the blob it is.</summary>
internal static class BadData
{
    private const string Offset = "Offset ";

    /// <summary>Whether a message does not yet say where.</summary>
    public static bool LacksOffset(InvalidDataException bad) =>
        !bad.Message.StartsWith(Offset, StringComparison.Ordinal) && !bad.Message.StartsWith("The blob ends at offset", StringComparison.Ordinal);

    /// <summary>The same defect, with its place.</summary>
    public static InvalidDataException At(int offset, string what, InvalidDataException bad) => new($"{Offset}{offset}, {what}: {bad.Message}", bad);
}
