using DeepCompression.ExecutionProvider;
using DeepCompression.ExecutionProvider.Planning;
using Microsoft.ML.OnnxRuntime;

namespace DeepCompression.OnnxRuntime;

/// <summary>Registers the execution provider with the process's ONNX Runtime, once.</summary>
internal static class ProviderRegistration
{
    private static readonly Lock _lock = new();
    private static OrtEpDevice? _device;

    /// <summary>The provider's device; the first call registers it.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no library for this platform.</exception>
    public static OrtEpDevice GetDevice()
    {
        lock (_lock)
        {
            if (_device is not null)
                return _device;
            DenseWork.Measure = DenseTimer.Measure;
            OrtEnv environment = OrtEnv.Instance();
            environment.RegisterExecutionProviderLibrary(DeepCompressionProvider.Name, DeepCompressionProvider.PrepareLibrary());
            return _device = environment.GetEpDevices().First(device => device.EpName == DeepCompressionProvider.Name);
        }
    }

    /// <summary>Takes the registration back. No session that uses the provider may be alive.</summary>
    public static void Unregister()
    {
        lock (_lock)
        {
            if (_device is not null)
                OrtEnv.Instance().UnregisterExecutionProviderLibrary(DeepCompressionProvider.Name);
            _device = null;
        }
    }
}
