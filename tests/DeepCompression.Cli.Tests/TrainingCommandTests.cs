using System.Globalization;
using System.Text;
using System.Text.Json;
using DeepCompression.Onnx;
using DeepCompression.Training.Models;

namespace DeepCompression.Cli.Tests;

public sealed class TrainingCommandTests
{
    [Fact]
    public void Run_TrainPruneFinetuneSensitivity_EachReadsWhatTheOneBeforeWrote()
    {
        using var tool = new Tool();
        WriteData(tool, 256);
        new OnnxModel(Networks.LeNet300100()).Save(tool["net.onnx"]);

        Succeeds(tool, "train net.onnx -o trained.onnx --data data.csv --epochs 2 --batch 32 --hold-out 32 --threads 1 --test data.csv");
        Assert.Contains("accuracy", tool.Output, StringComparison.Ordinal);
        Succeeds(tool, "prune trained.onnx -o pruned.onnx --data data.csv --epochs 1 --batch 32 --sparsity 80% --threads 1");
        Succeeds(tool, "finetune pruned.onnx -o small.onnx --data data.csv --epochs 1 --batch 32 --bits 3 --pack --threads 1");
        Succeeds(tool, "dsd trained.onnx -o dsd.onnx --data data.csv --dense-epochs 0 --sparse-epochs 1 --final-epochs 1 --batch 32 --threads 1");
        Succeeds(tool, "sensitivity trained.onnx --data data.csv --plot plot");
        Succeeds(tool, "sensitivity small.onnx --data data.csv --budget 5% --json");
        Assert.Equal(3, tool.Json().GetProperty("choice").GetProperty("weights").GetArrayLength());
        Assert.True(new FileInfo(tool["small.onnx"]).Length < 100_000);
        Assert.True(File.Exists(tool["plot-sparsity.svg"]));
    }

    [Fact]
    public void Run_PackedModelTeacherAndJson_TrainsWhatIsLeftAndPrintsTheHistory()
    {
        using var tool = new Tool();
        WriteData(tool, 128);
        new OnnxModel(Networks.LeNet300100()).Save(tool["net.onnx"]);
        Succeeds(tool, "prune net.onnx -o packed.onnx --data data.csv --epochs 1 --batch 32 --sparsity 90% --bits 3 --finetune-epochs 0 --reassign-epochs 0 --pack --threads 1");
        Succeeds(tool, "train packed.onnx -o again.onnx --data data.csv --epochs 1 --batch 32 --teacher net.onnx --keep values --pack --threads 1 --test data.csv --json --quiet");

        using JsonDocument document = JsonDocument.Parse(tool.Output[tool.Output.IndexOf('{', StringComparison.Ordinal)..]);
        JsonElement root = document.RootElement;
        Assert.Equal(new FileInfo(tool["again.onnx"]).Length, root.GetProperty("outputBytes").GetInt64());
        Assert.Equal(128, root.GetProperty("testAfter").GetProperty("count").GetInt64());
        Assert.Equal("train", root.GetProperty("history")[0].GetProperty("stage").GetString());
        Assert.InRange(root.GetProperty("history")[0].GetProperty("sparsity").GetDouble(), 0.89, 0.91);
        Assert.True(new FileInfo(tool["again.onnx"]).Length < 40_000);
    }

    [Theory]
    [InlineData("train net.onnx -o x.onnx --data data.csv --batch 8 --shift 1", 2, "rows and columns")]
    [InlineData("train net.onnx -o x.onnx --data data.csv --batch 8 --keep something", 2, "something")]
    [InlineData("train net.onnx -o x.onnx --data data.csv --batch 8 --teacher absent.onnx", 3, "absent.onnx")]
    [InlineData("train net.onnx -o x.onnx --data data.csv --hold-out 16", 2, "--hold-out 16")]
    [InlineData("train net.onnx -o x.onnx --data cat.png", 2, "format is not known")]
    [InlineData("train net.onnx -o x.onnx --data data.csv", 2, "batch")]
    [InlineData("train net.onnx -o x.onnx --data data.csv --batch 8 --rate 1e30 --optimizer sgd", 1, "diverged")]
    [InlineData("prune net.onnx -o x.onnx --data data.csv --batch 8 --weight fc9=0.5", 2, "'fc9'")]
    [InlineData("prune net.onnx -o x.onnx --data data.csv --batch 8 --weight fc1", 2, "NAME=SPARSITY")]
    [InlineData("finetune net.onnx -o x.onnx --data data.csv --batch 8 --bits 9", 2, "1 to 8")]
    public void Run_BadInput_IsOneLineAndNothingWritten(string line, int code, string cause)
    {
        using var tool = new Tool();
        WriteData(tool, 16);
        new OnnxModel(Networks.LeNet300100()).Save(tool["net.onnx"]);
        Assert.Equal(code, Run(tool, line));
        Assert.Contains(cause, tool.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(tool["x.onnx"]));
    }

    private static void Succeeds(Tool tool, string line) => Assert.True(Run(tool, line) == 0, tool.Error);

    private static int Run(Tool tool, string line) => tool.Run([.. line.Split(' ').Select(word => word is "plot" ? tool[word] : word)]);

    // Ten classes, told apart by one bright row of pixels each.
    private static void WriteData(Tool tool, int samples)
    {
        StringBuilder text = new("label," + string.Join(',', Enumerable.Range(0, 784).Select(i => $"p{i}")) + "\n");
        for (int i = 0; i < samples; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i % 10}");
            for (int pixel = 0; pixel < 784; pixel++)
                text.Append(CultureInfo.InvariantCulture, $",{(pixel / 56 == i % 10 ? 1 : (pixel * 7 + i) % 5 * 0.05)}");
            text.Append('\n');
        }

        File.WriteAllText(tool["data.csv"], text.ToString());
    }
}
