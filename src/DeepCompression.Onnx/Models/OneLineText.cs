namespace DeepCompression.Onnx;

/// <summary>Keeps messages on one line whatever the names in a file are.</summary>
internal static class OneLineText
{
    /// <summary>The text with a question mark for every control character.</summary>
    public static string OneLine(this string text) => text.Any(char.IsControl) ? new string([.. text.Select(c => char.IsControl(c) ? '?' : c)]) : text;
}
