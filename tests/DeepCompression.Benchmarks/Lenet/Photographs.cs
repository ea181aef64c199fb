using System.Diagnostics;
using System.Globalization;
using DeepCompression.Benchmarks.Harness;

namespace DeepCompression.Benchmarks.Lenet;

/// <summary>
/// Photographs without labels: the JPEG pictures of Debian's desktop backgrounds, read by Debian's <c>djpeg</c> at a quarter of their size. Nothing of them is kept in the repository.
/// </summary>
internal static class Photographs
{
    private static readonly string[] _packages = ["mate-backgrounds", "ukui-wallpapers", "lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "libjpeg-turbo-progs"];

    /// <summary>All photographs in the order of their file names; null where apt or a package is not there.</summary>
    public static IReadOnlyList<Photograph>? TryLoad()
    {
        string folder = Path.GetFullPath("artifacts/data/photographs");
        if (!Directory.Exists(folder) && !TryFetch(folder))
            return null;
        string[] files = [.. Directory.EnumerateFiles(folder, "*.jpg", SearchOption.AllDirectories)
            .Where(file => !Path.GetFileName(file).StartsWith("Elephants_", StringComparison.Ordinal)) // the same picture in other sizes
            .OrderBy(Path.GetFileName, StringComparer.Ordinal)];
        return [.. files.Select(file => Photograph.FromPixmap(Path.GetFileName(file), Decode(folder, file)))];
    }

    private static bool TryFetch(string folder)
    {
        if (!MeasuredProcess.IsInstalled("apt-get"))
            return false;
        string partial = folder + ".partial";
        Directory.CreateDirectory(partial);
        string script = $"apt-get download {string.Join(' ', _packages)} && for d in *.deb; do dpkg -x $d . && rm $d; done";
        ProcessStartInfo start = new("sh") { WorkingDirectory = partial, ArgumentList = { "-c", script }, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            return false;
        Directory.Move(partial, folder);
        return true;
    }

    private static byte[] Decode(string folder, string file)
    {
        ProcessStartInfo start = new(Path.Combine(folder, "usr", "bin", "djpeg")) { ArgumentList = { "-ppm", "-scale", "1/4", file }, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        using MemoryStream pixmap = new();
        process.StandardOutput.BaseStream.CopyTo(pixmap);
        process.WaitForExit();
        return process.ExitCode == 0 ? pixmap.ToArray() : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{file}: djpeg ended with {process.ExitCode}."));
    }
}
