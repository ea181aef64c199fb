using System.Runtime.InteropServices;
using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>The factory of the execution provider: one a registration.</summary>
internal sealed unsafe class EpFactory(OrtRuntime ort)
{
    private const int Cpu = 0; // OrtHardwareDeviceType_CPU

    private static readonly byte* _name = Native.Text(DeepCompressionProvider.Name);
    private static readonly byte* _vendor = Native.Text("MLNet.DeepCompression");
    private static readonly byte* _version = Native.Text(typeof(EpFactory).Assembly.GetName().Version!.ToString(3));

    private readonly OperatorDomain _domain = new(ort);

    /// <summary>Makes the factory's table.</summary>
    public static OrtEpFactory* Create(OrtRuntime ort)
    {
        OrtEpFactory* table = &Native.Allocate<OrtEpFactory>(new EpFactory(ort))->Table;
        *table = new OrtEpFactory
        {
            ort_version_supported = ort.Version,
            GetName = &GetName,
            GetVendor = &GetVendor,
            GetVersion = &GetVersion,
            GetVendorId = &GetVendorId,
            GetSupportedDevices = &GetSupportedDevices,
            CreateEp = &CreateEp,
            ReleaseEp = &ReleaseEp,
            ValidateCompiledModelCompatibilityInfo = &ValidateCompatibility,
            CreateAllocator = &CreateAllocator,
            ReleaseAllocator = &ReleaseAllocator,
            CreateDataTransfer = &CreateDataTransfer,
            IsStreamAware = &IsStreamAware,
            GetNumCustomOpDomains = &GetNumCustomOpDomains,
            GetCustomOpDomains = &GetCustomOpDomains,
        };
        return table;
    }

    /// <summary>Frees the factory and its table.</summary>
    public static void Release(OrtEpFactory* table)
    {
        EpFactory factory = Target(table);
        Native.Free(table);
        factory._domain.Dispose();
    }

    private static EpFactory Target(OrtEpFactory* table) => Native.Target<OrtEpFactory, EpFactory>(table);

    private OrtRuntime Ort => ort;

    [UnmanagedCallersOnly]
    private static byte* GetName(OrtEpFactory* self) => _name;

    [UnmanagedCallersOnly]
    private static byte* GetVendor(OrtEpFactory* self) => _vendor;

    [UnmanagedCallersOnly]
    private static byte* GetVersion(OrtEpFactory* self) => _version;

    [UnmanagedCallersOnly]
    private static uint GetVendorId(OrtEpFactory* self) => 0;

    [UnmanagedCallersOnly]
    private static byte IsStreamAware(OrtEpFactory* self) => 0;

    [UnmanagedCallersOnly]
    private static OrtStatus* GetSupportedDevices(OrtEpFactory* self, OrtHardwareDevice** devices, nuint count, OrtEpDevice** epDevices, nuint maximum, nuint* supported)
    {
        OrtRuntime ort = Target(self).Ort;
        *supported = 0;
        for (nuint i = 0; i < count && *supported < Math.Min(maximum, 1); i++)
        {
            if (ort.Api->HardwareDevice_Type(devices[i]) != Cpu)
                continue;
            OrtStatus* status = ort.EpApi->CreateEpDevice(self, devices[i], null, null, &epDevices[*supported]);
            if (status != null)
                return status;
            ++*supported;
        }

        return null;
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* CreateEp(OrtEpFactory* self, OrtHardwareDevice** devices, OrtKeyValuePairs** metadata, nuint count, OrtSessionOptions* options, OrtLogger* logger, OrtEp** ep)
    {
        EpFactory factory = Target(self);
        try
        {
            *ep = SessionEp.Create(factory.Ort, ProviderOptions.Read(factory.Ort, options));
            return null;
        }
        catch (Exception exception)
        {
            return factory.Ort.ToStatus(exception);
        }
    }

    [UnmanagedCallersOnly]
    private static void ReleaseEp(OrtEpFactory* self, OrtEp* ep) => Native.Free(ep);

    [UnmanagedCallersOnly]
    private static OrtStatus* ValidateCompatibility(OrtEpFactory* self, OrtHardwareDevice** devices, nuint count, byte* info, int* compatibility)
    {
        *compatibility = 0; // OrtCompiledModelCompatibility_EP_NOT_APPLICABLE
        return null;
    }

    // Null is the allocator of the CPU.
    [UnmanagedCallersOnly]
    private static OrtStatus* CreateAllocator(OrtEpFactory* self, OrtMemoryInfo* info, OrtKeyValuePairs* options, OrtAllocator** allocator)
    {
        *allocator = null;
        return null;
    }

    [UnmanagedCallersOnly]
    private static void ReleaseAllocator(OrtEpFactory* self, OrtAllocator* allocator)
    {
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* CreateDataTransfer(OrtEpFactory* self, OrtDataTransferImpl** transfer)
    {
        *transfer = null;
        return null;
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* GetNumCustomOpDomains(OrtEpFactory* self, nuint* count)
    {
        *count = 1;
        return null;
    }

    [UnmanagedCallersOnly]
    private static OrtStatus* GetCustomOpDomains(OrtEpFactory* self, OrtCustomOpDomain** domains, nuint count)
    {
        if (count > 0)
            domains[0] = Target(self)._domain.Handle;
        return null;
    }
}
