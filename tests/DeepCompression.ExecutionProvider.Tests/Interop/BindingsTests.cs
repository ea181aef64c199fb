using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using DeepCompression.ExecutionProvider.Interop;

namespace DeepCompression.ExecutionProvider.Tests.Interop;

public sealed class BindingsTests
{
    private static readonly Type[] _tables =
    [
        typeof(OrtApiBase), typeof(OrtApi), typeof(OrtEpApi), typeof(OrtEp), typeof(OrtEpFactory),
        typeof(OrtNodeFusionOptions), typeof(OrtNodeComputeInfo), typeof(OrtCustomOp),
    ];

    [Fact]
    public void OrtApi_ReleaseCustomOpDomain_IsSlot101()
    {
        // The one slot that ONNX Runtime's own sources pin for the end of version 1.
        Assert.Equal(101 * 8, Marshal.OffsetOf<OrtApi>(nameof(OrtApi.ReleaseCustomOpDomain)));
    }

    [FileFact("artifacts/onnxruntime/include/onnxruntime_c_api.h")]
    public void Offsets_OfAllFields_AreThoseOfTheCompiler()
    {
        (string Table, string Field, int Offset)[] ours = [.. _tables.SelectMany(Fields)];
        StringBuilder program = new("#include <stddef.h>\n#include <stdio.h>\n#include \"onnxruntime_c_api.h\"\nint main(void) {\n");
        foreach ((string table, string field, _) in ours)
            program.Append(CultureInfo.InvariantCulture, $"  printf(\"%zu\\n\", offsetof(struct {table}, {field}));\n");
        foreach (Type table in _tables.Where(IsOurs))
            program.Append(CultureInfo.InvariantCulture, $"  printf(\"%zu\\n\", sizeof(struct {table.Name}));\n");
        program.Append("  return 0;\n}\n");

        int[] theirs = CompileAndRun(program.ToString());

        for (int i = 0; i < ours.Length; i++)
            Assert.True(theirs[i] == ours[i].Offset, $"{ours[i].Table}.{ours[i].Field}: {ours[i].Offset} here, {theirs[i]} in C");
        Assert.Equal(theirs[ours.Length..], _tables.Where(IsOurs).Select(Marshal.SizeOf));
    }

    private static bool IsOurs(Type table) => table.IsLayoutSequential;

    private static IEnumerable<(string, string, int)> Fields(Type table) =>
        table.GetFields(BindingFlags.Public | BindingFlags.Instance).Select(field => (table.Name, field.Name, (int)Marshal.OffsetOf(table, field.Name)));

    private static int[] CompileAndRun(string program)
    {
        string folder = Directory.CreateTempSubdirectory("dc-offsets").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "offsets.c"), program);
            Run("gcc", "-I", FileFactAttribute.Locate("artifacts/onnxruntime/include"), "-o", Path.Combine(folder, "offsets"), Path.Combine(folder, "offsets.c"));
            string output = Run(Path.Combine(folder, "offsets"));
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Run(string file, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }
}
