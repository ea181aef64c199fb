namespace DeepCompression.Benchmarks.Harness;

/// <summary>One measured figure.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Measured">The figure, in <paramref name="Unit"/>.</param>
/// <param name="Unit">The unit of <paramref name="Measured"/> and <paramref name="Peer"/>.</param>
/// <param name="Peer">The peer's figure of the same run, where there is one.</param>
/// <param name="Ratio">The ratio that is compared with the bar; above 1 is better than the peer.</param>
/// <param name="Bar">The bar, as a sentence such as <c>ratio >= 14</c>.</param>
/// <param name="Holds">Whether the bar holds; null where there is no bar.</param>
/// <param name="Note">What helps to read the figure: rates, shares of the machine's peak.</param>
public sealed record BenchRow(string Name, double Measured, string Unit, double? Peer = null, double? Ratio = null, string? Bar = null, bool? Holds = null, string? Note = null)
{
    /// <summary>A row whose figure itself must not exceed a bar.</summary>
    public static BenchRow AtMost(string name, double measured, string unit, double bar, string? note = null) =>
        new(name, measured, unit, Bar: FormattableString.Invariant($"at most {bar:#,0.###}"), Holds: measured <= bar, Note: note);

    /// <summary>A row whose figure itself must reach a bar.</summary>
    public static BenchRow AtLeast(string name, double measured, string unit, double bar, string? note = null) =>
        new(name, measured, unit, Bar: FormattableString.Invariant($"at least {bar:#,0.###}"), Holds: measured >= bar, Note: note);

    /// <summary>A row of two times (or other figures of which less is better), ours and the peer's: the ratio is peer / ours.</summary>
    public static BenchRow Faster(string name, double measured, double peer, string unit, double? bar, string? note = null)
    {
        double ratio = peer / measured;
        return new(name, measured, unit, peer, ratio, bar is null ? null : FormattableString.Invariant($"ratio >= {bar:0.##}"), bar is null ? null : ratio >= bar, note);
    }
}
