using System.Text.Json;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Cli.Tests;

public sealed class CompressTests
{
    [Fact]
    public void Compress_NoFlags_StaysWithinOnePercent()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--json"));
        JsonElement json = tool.Json();
        Assert.InRange(json.GetProperty("comparison").GetProperty("relativeError").GetDouble(), 1e-9, 0.01);
        Assert.True(json.GetProperty("ratio").GetDouble() > 2, tool.Output);
        Assert.Equal(new FileInfo(tool["small.onnx"]).Length, json.GetProperty("outputBytes").GetInt64());
        Assert.Contains("random inputs", tool.Error, StringComparison.Ordinal);
        Assert.Equal(0, tool.Run("verify", "model.onnx", "small.onnx"));
    }

    [Theory]
    [InlineData("accurate", 0.002)]
    [InlineData("small", 0.05)]
    public void Compress_Preset_StaysWithinItsBudget(string preset, double budget)
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--preset", preset, "--json"));
        Assert.InRange(tool.Json().GetProperty("comparison").GetProperty("relativeError").GetDouble(), 0, budget);
    }

    [Theory]
    [InlineData("packed")]
    [InlineData("portable")]
    [InlineData("standard")]
    public void Compress_EveryForm_VerifiesWithinItsBudget(string form)
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--form", form, "--max-error", "2%"));
        Assert.Equal(0, tool.Run("verify", "model.onnx", "small.onnx", "--max-error", "2%"));
        Assert.True(new FileInfo(tool["small.onnx"]).Length < new FileInfo(tool["model.onnx"]).Length);
    }

    [Fact]
    public void Compress_ToldWhatToDoWithoutALimit_DoesNotSayThatALimitHolds()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--form", "standard", "--standard", "int4", "--format", "table"));
        Assert.Contains("The outputs differ by", tool.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("allowed", tool.Output, StringComparison.Ordinal);
        Assert.Equal(1, tool.Run("compress", "model.onnx", "-o", "tight.onnx", "--form", "standard", "--standard", "int4", "--max-error", "0.01%"));
        Assert.False(File.Exists(tool["tight.onnx"]));
    }

    [Fact]
    public void Compress_GivenInputs_NoWarning()
    {
        using var tool = new Tool();
        File.WriteAllBytes(tool["samples.npy"], Tool.Npy([.. Enumerable.Range(0, 64).Select(i => i / 64f)]));
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--inputs", "samples.npy"));
        Assert.Equal("", tool.Error);
    }

    [Fact]
    public void Compress_Lossless_ChangesNothing()
    {
        using var tool = new Tool();
        File.WriteAllBytes(tool["pruned.onnx"], Tool.Mlp(shared: true).ToByteArray());
        Assert.Equal(0, tool.Run("compress", "pruned.onnx", "-o", "small.onnx", "--lossless", "--format", "table"));
        Assert.Contains("No value of any weight changed.", tool.Output, StringComparison.Ordinal);
        Assert.True(new FileInfo(tool["small.onnx"]).Length * 4 < new FileInfo(tool["pruned.onnx"]).Length);
        Assert.Equal(0, tool.Run("diff", "pruned.onnx", "small.onnx"));
        Assert.Equal(0, tool.Run("unpack", "small.onnx", "-o", "dense.onnx", "--to", "dense"));
        Assert.Equal(File.ReadAllBytes(tool["pruned.onnx"]), File.ReadAllBytes(tool["dense.onnx"]));
    }

    [Fact]
    public void Compress_SparsityAndBits_AreDone()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--sparsity", "0.9", "--bits", "5", "--coder", "huffman"));
        Assert.Equal(0, tool.Run("inspect", "small.onnx", "--json"));
        JsonElement weight = tool.Json().GetProperty("weights").EnumerateArray().Single(w => w.GetProperty("path").GetString() == "A");
        Assert.InRange(weight.GetProperty("density").GetDouble(), 0.099, 0.101);
        Assert.Equal(5, weight.GetProperty("bits").GetInt32());
        Assert.Equal("Huffman", weight.GetProperty("stages").GetProperty("coder").GetString());
    }

    [Fact]
    public void Compress_EntropyPenalty_GivesASmallerFileAndALargerError()
    {
        using var tool = new Tool();
        long last = long.MaxValue;
        double error = 0;
        foreach (string penalty in (string[])["0", "0.005", "0.05"])
        {
            Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--bits", "5", "--entropy-penalty", penalty, "--force"));
            long bytes = new FileInfo(tool["small.onnx"]).Length;
            double now = tool.Json().GetProperty("comparison").GetProperty("relativeError").GetDouble();
            Assert.True(bytes < last && now > error, $"penalty {penalty}: {bytes} bytes after {last}, error {now} after {error}");
            (last, error) = (bytes, now);
        }
    }

    [Fact]
    public void Compress_OperatorOfAnotherDomain_IsDoneWithoutRunning()
    {
        using var tool = new Tool();
        ModelProto model = Tool.Mlp(shared: true);
        (model.Graph.Node[1].OpType, model.Graph.Node[1].Domain) = ("Frobnicate", "com.example");
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.example", Version = 1 });
        File.WriteAllBytes(tool["foreign.onnx"], model.ToByteArray());
        Assert.Equal(0, tool.Run("compress", "foreign.onnx", "-o", "small.onnx", "--bits", "4", "--no-verify"));
        Assert.Equal(0, tool.Run("compress", "foreign.onnx", "-o", "lossless.onnx", "--lossless"));
        Assert.Equal(0, tool.Run("unpack", "lossless.onnx", "-o", "dense.onnx", "--to", "dense"));
        Assert.Equal(File.ReadAllBytes(tool["foreign.onnx"]), File.ReadAllBytes(tool["dense.onnx"]));
    }

    [Fact]
    public void Compress_RecipeWithCentroidsButNoBits_IsRefused()
    {
        using var tool = new Tool();
        File.WriteAllText(tool["recipe.json"], """{ "byWeight": { "A": { "sparsity": 0.5, "initialization": "linear" } } }""");
        Assert.Equal(2, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--recipe", "recipe.json"));
        Assert.Contains("say how many bits", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Compress_OverTheLimitThatWasAskedFor_WritesNothing()
    {
        using var tool = new Tool();
        Assert.Equal(1, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--sparsity", "0.9", "--max-error", "1%"));
        Assert.False(File.Exists(tool["small.onnx"]));
        Assert.Contains("not written", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Compress_ExistingOutput_NeedsForce()
    {
        using var tool = new Tool();
        File.WriteAllText(tool["small.onnx"], "mine");
        Assert.Equal(4, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--lossless"));
        Assert.Equal("mine", File.ReadAllText(tool["small.onnx"]));
        Assert.Contains("--force", tool.Error, StringComparison.Ordinal);
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--lossless", "--force"));
        Assert.Equal(2, Directory.GetFiles(tool.Folder).Length);
    }

    [Fact]
    public void Compress_SavedRecipe_GivesTheSameFile()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--save-recipe", "recipe.json"));
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "again.onnx", "--recipe", "recipe.json"));
        Assert.Equal(File.ReadAllBytes(tool["small.onnx"]), File.ReadAllBytes(tool["again.onnx"]));
    }

    [Fact]
    public void Compress_RecipeByWeight_LeavesOthersAlone()
    {
        using var tool = new Tool();
        File.WriteAllText(tool["recipe.json"], """{ "form": "portable", "byWeight": { "A": { "bits": 3 } } /* B stays */ }""");
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--recipe", "recipe.json"));
        Assert.Equal(1, tool.Run("diff", "model.onnx", "small.onnx", "--json"));
        Assert.Equal(
            ["A"],
            tool.Json().GetProperty("weights").EnumerateArray().Where(w => w.GetProperty("state").GetString() != "same").Select(w => w.GetProperty("path").GetString()));
    }

    [Fact]
    public void Compress_RecipeWithUnknownName_SaysWhere()
    {
        using var tool = new Tool();
        File.WriteAllText(tool["recipe.json"], """{ "bitz": 3 }""");
        Assert.Equal(3, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--recipe", "recipe.json"));
        Assert.Contains("bitz", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Compress_RecipeNamesMissingWeight_IsRefused()
    {
        using var tool = new Tool();
        File.WriteAllText(tool["recipe.json"], """{ "byWeight": { "nowhere": { "bits": 3 } } }""");
        Assert.Equal(2, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--recipe", "recipe.json"));
        Assert.Contains("nowhere", tool.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(tool["small.onnx"]));
    }
}
