using System.Globalization;

namespace DeepCompression.Training.Procedures;

/// <summary>Texts that tell runs apart, so that a checkpoint is not continued with other options.</summary>
internal static class RunNames
{
    public static string Of(PruneOptions prune) => $"prune {prune}{Of(prune.SparsityByWeight)}";

    public static string Of(ShareOptions share) => $"share {share}{Of(share.BitsByWeight)}";

    private static string Of<T>(IReadOnlyDictionary<string, T>? byWeight) => byWeight is null
        ? ""
        : " " + string.Join(' ', byWeight.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")));
}
