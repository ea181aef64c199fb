using System.Runtime.InteropServices;
using System.Text;

namespace DeepCompression.ExecutionProvider.Provider;

/// <summary>Memory that ONNX Runtime holds pointers to.</summary>
internal static unsafe class Native
{
    /// <summary>A zero-terminated text that lives as long as the process.</summary>
    public static byte* Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
        byte* memory = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(memory, bytes.Length));
        return memory;
    }

    /// <summary>A table of ours with a managed object behind it.</summary>
    public static Box<TTable>* Allocate<TTable>(object target)
        where TTable : unmanaged
    {
        Box<TTable>* box = (Box<TTable>*)NativeMemory.AllocZeroed((nuint)sizeof(Box<TTable>));
        box->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(target));
        return box;
    }

    /// <summary>The managed object behind a table of ours.</summary>
    public static T Target<TTable, T>(TTable* table)
        where TTable : unmanaged
        where T : class => (T)GCHandle.FromIntPtr(((Box<TTable>*)table)->Handle).Target!;

    /// <summary>Frees a table and lets its object go.</summary>
    public static void Free<TTable>(TTable* table)
        where TTable : unmanaged
    {
        GCHandle.FromIntPtr(((Box<TTable>*)table)->Handle).Free();
        NativeMemory.Free(table);
    }

    /// <summary>The table comes first, so that a pointer to the box is one to the table.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Box<TTable>
        where TTable : unmanaged
    {
        public TTable Table;
        public nint Handle;
    }
}
