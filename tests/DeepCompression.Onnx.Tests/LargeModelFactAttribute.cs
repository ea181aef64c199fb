namespace DeepCompression.Onnx.Tests;

/// <summary>A test of models over 2 GB; skipped by name where it was not asked for, or disk or memory is short.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LargeModelFactAttribute : FactAttribute
{
    private const long Disk = 8L << 30, Memory = 4L << 30; // bytes

    public LargeModelFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("DEEPCOMPRESSION_LARGE") != "1")
            Skip = "models over 2 GB are tested where the environment variable DEEPCOMPRESSION_LARGE is 1";
        else if (new DriveInfo(Path.GetTempPath()).AvailableFreeSpace < Disk)
            Skip = "models over 2 GB need 8 GB of disk";
        else if (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < Memory)
            Skip = "models over 2 GB need 4 GB of memory";
    }
}
