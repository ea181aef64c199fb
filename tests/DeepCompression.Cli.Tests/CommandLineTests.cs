using System.Text.Json;
using DeepCompression.Onnx.Schema;
using Google.Protobuf;

namespace DeepCompression.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("compress", "--sparsity")]
    [InlineData("unpack", "--to")]
    [InlineData("inspect", "--csv")]
    [InlineData("verify", "--max-error")]
    [InlineData("diff", "--json")]
    [InlineData("train", "--checkpoint")]
    [InlineData("prune", "--no-return")]
    [InlineData("finetune", "--vector-bits")]
    [InlineData("dsd", "--sparse-epochs")]
    [InlineData("sensitivity", "--budget")]
    public void Help_EveryCommand_HasOptionsAndExamples(string command, string option)
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run(command, "--help"));
        Assert.Contains(option, tool.Output, StringComparison.Ordinal);
        Assert.Contains($"Examples:{Environment.NewLine}  deepcompress {command} ", tool.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NoArguments_ShowsHelpWithExitCodes()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run());
        Assert.Contains("Exit codes:", tool.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compress model.onnx", "--output")]
    [InlineData("compress model.onnx -o x.onnx --bits 9", "1 to 8")]
    [InlineData("compress model.onnx -o x.onnx --bits 4 --entropy-penalty -1", "at least 0")]
    [InlineData("compress model.onnx -o x.onnx --sparsity 0.5 --entropy-penalty 1", "--bits")]
    [InlineData("compress model.onnx -o x.onnx --sparsity 1.5", "0 to 1")]
    [InlineData("compress model.onnx -o x.onnx --sparsity many", "\"many\"")]
    [InlineData("compress model.onnx -o x.onnx --form zip", "zip")]
    [InlineData("compress model.onnx -o x.onnx --lossless --bits 3", "--lossless")]
    [InlineData("compress model.onnx -o x.onnx --shape x=1xy", "not a shape")]
    [InlineData("compress model.onnx -o x.onnx --shape z=1x3", "no input 'z'")]
    [InlineData("compress model.onnx -o x.onnx --shape x=1x3", "does not fit")]
    [InlineData("compress model.onnx -o x.onnx --samples 0", "at least 1")]
    [InlineData("unpack model.onnx -o x.onnx", "--to")]
    [InlineData("inspect model.onnx --json --csv", "exclude")]
    [InlineData("inspect model.onnx --json --format table", "exclude")]
    [InlineData("inspect model.onnx --format xml", "xml")]
    [InlineData("inspect model.onnx --paper --csv", "--paper")]
    [InlineData("compress model.onnx -o x.onnx --saliency inputNorm", "inputNorm")]
    [InlineData("compress model.onnx -o x.onnx --form standard --standard int8 --calibration entropy", "staticInt8")]
    [InlineData("compress model.onnx -o x.onnx --standard int8", "--form standard")]
    [InlineData("shrink model.onnx", "shrink")]
    public void Run_WrongCommandLine_IsOneLineAndCode2(string line, string cause)
    {
        using var tool = new Tool();
        Assert.Equal(2, tool.Run(line.Split(' ')));
        AssertOneLine(tool, cause);
        Assert.Single(Directory.GetFiles(tool.Folder));
    }

    [Theory]
    [InlineData("inspect nowhere.onnx", "nowhere.onnx")]
    [InlineData("inspect .", "is a folder")]
    [InlineData("inspect zeros.onnx", "zeros.onnx")]
    [InlineData("unpack short.onnx -o x.onnx --to dense", "short.onnx: tensor 'A': the shape [33,64] of Float has 8448 bytes; found 8192")]
    [InlineData("compress short.onnx -o x.onnx", "short.onnx: tensor 'A'")]
    [InlineData("compress type.onnx -o x.onnx", "type.onnx: tensor 'A': Element type 99")]
    [InlineData("inspect odd.onnx", "odd.onnx: node 'relu': Frobnicate is no operator of ONNX, opset 17.")]
    [InlineData("compress odd.onnx -o x.onnx", "odd.onnx: node 'relu': Frobnicate is no operator of ONNX, opset 17.")]
    [InlineData("compress odd.onnx -o x.onnx --lossless", "odd.onnx: node 'relu': Frobnicate is no operator of ONNX, opset 17.")]
    [InlineData("verify model.onnx later.onnx", "later.onnx: ONNX Runtime does not load it: node 'relu': No Op registered for Gelu with domain_version of 17")]
    [InlineData("compress far.onnx -o x.onnx --bits 4", "far.onnx: node 'relu': the model does not import the domain 'com.example' of its operator Frobnicate.")]
    [InlineData("compress foreign.onnx -o x.onnx", "foreign.onnx: ONNX Runtime does not load it: node 'relu': operator com.example:Frobnicate is unknown to ONNX Runtime.")]
    [InlineData("compress foreign.onnx -o x.onnx --bits 4", "operator com.example:Frobnicate is unknown to ONNX Runtime; --no-verify")]
    [InlineData("compress byte.onnx -o x.onnx", "byte.onnx: ONNX Runtime does not load it: node 'first': Gemm does not take tensor(uint8) for 'x'.")]
    [InlineData("compress byte.onnx -o x.onnx --bits 4", "node 'first': Gemm does not take tensor(uint8) for 'x'; --no-verify")]
    [InlineData("compress value.onnx -o x.onnx", "value.onnx: value 'x': element type 77 is unknown.")]
    [InlineData("compress narrow.onnx -o x.onnx", "narrow.onnx: ONNX Runtime does not load it: node 'second' (Gemm):")]
    [InlineData("compress future.onnx -o x.onnx", "future.onnx: ONNX Runtime does not load it: opset 99 is newer than this runtime knows.")]
    [InlineData("compress nan.onnx -o x.onnx --bits 4", "nan.onnx: weight 'A'")]
    [InlineData("compress nan.onnx -o x.onnx --sparsity 0.5", "nan.onnx: weight 'A'")]
    [InlineData("compress infinite.onnx -o x.onnx --bits 4", "infinite.onnx: weight 'A'")]
    [InlineData("inspect empty.onnx", "empty.onnx: the file is empty")]
    [InlineData("compress text.onnx -o x.onnx", "text.onnx")]
    [InlineData("compress cut.onnx -o x.onnx", "cut.onnx")]
    [InlineData("unpack text.onnx -o x.onnx --to dense", "text.onnx")]
    [InlineData("verify model.onnx text.onnx", "text.onnx")]
    [InlineData("diff model.onnx nowhere.onnx", "nowhere.onnx")]
    [InlineData("verify model.onnx model.onnx --inputs nowhere.npz", "nowhere.npz")]
    [InlineData("verify model.onnx model.onnx --inputs text.onnx", "text.onnx")]
    [InlineData("compress model.onnx -o x.onnx --recipe nowhere.json", "nowhere.json")]
    public void Run_BadInput_IsOneLineThatNamesTheFileAndCode3(string line, string cause)
    {
        using var tool = new Tool();
        File.WriteAllText(tool["empty.onnx"], "");
        File.WriteAllBytes(tool["zeros.onnx"], [.. File.ReadAllBytes(tool["model.onnx"]), .. new byte[1 << 20]]);
        foreach ((string name, Action<TensorProto> damage) in new (string, Action<TensorProto>)[]
        {
            ("short.onnx", tensor => tensor.Dims[0] = 33),
            ("type.onnx", tensor => tensor.DataType = 99),
            ("nan.onnx", tensor => tensor.RawData = ByteString.CopyFrom([0, 0, 0xC0, 0x7F, .. tensor.RawData.Span[4..]])),
            ("infinite.onnx", tensor => tensor.RawData = ByteString.CopyFrom([0, 0, 0x80, 0x7F, .. tensor.RawData.Span[4..]])),
        })
        {
            ModelProto damaged = Tool.Mlp();
            damage(damaged.Graph.Initializer[0]);
            File.WriteAllBytes(tool[name], damaged.ToByteArray());
        }

        foreach ((string name, Action<ModelProto> damage) in new (string, Action<ModelProto>)[]
        {
            ("odd.onnx", model => model.Graph.Node[1].OpType = "Frobnicate"),
            ("later.onnx", model => model.Graph.Node[1].OpType = "Gelu"),
            ("far.onnx", model => (model.Graph.Node[1].OpType, model.Graph.Node[1].Domain) = ("Frobnicate", "com.example")),
            ("byte.onnx", model => model.Graph.Input[0].Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Uint8),
            ("value.onnx", model => model.Graph.Input[0].Type.TensorType.ElemType = 77),
            ("narrow.onnx", model => model.Graph.Node[2].Input[1] = "A"),
            ("future.onnx", model => model.OpsetImport[0].Version = 99),
            ("foreign.onnx", model =>
            {
                (model.Graph.Node[1].OpType, model.Graph.Node[1].Domain) = ("Frobnicate", "com.example");
                model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.example", Version = 1 });
            }),
        })
        {
            ModelProto damaged = Tool.Mlp();
            damage(damaged);
            File.WriteAllBytes(tool[name], damaged.ToByteArray());
        }

        File.WriteAllText(tool["text.onnx"], "this is not a model, it is a text of some length");
        File.WriteAllBytes(tool["cut.onnx"], File.ReadAllBytes(tool["model.onnx"])[..500]);
        int files = Directory.GetFiles(tool.Folder).Length;
        Assert.Equal(3, tool.Run(line.Split(' ')));
        AssertOneLine(tool, cause);
        Assert.Equal(files, Directory.GetFiles(tool.Folder).Length);
    }

    [Theory]
    [InlineData("compress model.onnx -o missing/x.onnx --lossless", "folder does not exist")]
    [InlineData("compress model.onnx -o model.onnx --lossless --force", "is the input itself")]
    [InlineData("compress model.onnx -o /proc/x.onnx --lossless", "/proc/x.onnx: cannot be written")]
    public void Run_OutputThatCannotBe_IsCode4(string line, string cause)
    {
        using var tool = new Tool();
        Assert.Equal(4, tool.Run(line.Split(' ')));
        AssertOneLine(tool, cause);
    }

    [Fact]
    public void Verify_OtherModel_FailsWithCode1AndJson()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--bits", "2"));
        Assert.Equal(1, tool.Run("verify", "model.onnx", "small.onnx", "--json"));
        JsonElement json = tool.Json();
        Assert.False(json.GetProperty("holds").GetBoolean());
        Assert.Equal("y", json.GetProperty("comparison").GetProperty("outputs")[0].GetProperty("name").GetString());
        Assert.Equal(0, tool.Run("verify", "model.onnx", "small.onnx", "--max-error", "100%"));
    }

    [Fact]
    public void Verify_SameModel_IsEqualBitForBit()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("verify", "model.onnx", "model.onnx", "--max-error", "0", "--format", "table"));
        Assert.Contains("equal bit for bit", tool.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_Csv_HasARowAWeight()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("inspect", "model.onnx", "--csv"));
        string[] lines = tool.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.Contains(lines, line => line.StartsWith("A,Gemm,Matrix,Float32,32x64,Dense,1,2048,", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Equal(lines[0].Split(',').Length, line.Split(',').Length));
    }

    [Theory]
    [InlineData("inspect model.onnx")]
    [InlineData("inspect model.onnx --paper")]
    [InlineData("verify model.onnx model.onnx")]
    [InlineData("diff model.onnx model.onnx")]
    [InlineData("compress model.onnx -o small.onnx --bits 5")]
    [InlineData("compress model.onnx -o small.onnx --lossless")]
    [InlineData("unpack model.onnx -o dense.onnx --to dense")]
    public void Run_OutputIsNoTerminal_IsJsonAndATableWhereAskedFor(string line)
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run(line.Split(' ')));
        Assert.Equal(JsonValueKind.Object, tool.Json().ValueKind);
        Assert.Equal(0, tool.Run([.. line.Split(' '), "--format", "table", .. line.Contains(" -o ", StringComparison.Ordinal) ? new[] { "--force" } : []]));
        Assert.ThrowsAny<JsonException>(() => tool.Json());
    }

    [Fact]
    public void Inspect_Paper_HasTheColumnsOfTables2To5()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--sparsity", "0.9", "--bits", "5", "--no-verify"));
        Assert.Equal(0, tool.Run("inspect", "small.onnx", "--paper", "--format", "table"));
        Assert.Contains("index bits (P+Q+H)", tool.Output, StringComparison.Ordinal);
        Assert.Contains("estimate (not measured)", tool.Output, StringComparison.Ordinal);
        Assert.Equal(0, tool.Run("inspect", "small.onnx", "--paper", "--json"));
        JsonElement json = tool.Json(), layer = json.GetProperty("layers").EnumerateArray().Single(l => l.GetProperty("layer").GetString() == "A"), total = json.GetProperty("total");
        Assert.Equal(2048, layer.GetProperty("weights").GetInt32());
        Assert.Equal(0.1, layer.GetProperty("density").GetDouble(), 0.001);
        Assert.Equal(5, layer.GetProperty("weightBits").GetDouble());
        Assert.InRange(layer.GetProperty("weightBitsCoded").GetDouble(), 1, 5.5);
        Assert.InRange(layer.GetProperty("rateCoded").GetDouble(), 0.01, layer.GetProperty("rate").GetDouble());
        Assert.Equal(2048 + 640, total.GetProperty("weights").GetInt32());
        Assert.True(json.GetProperty("energy").GetProperty("isEstimate").GetBoolean());
        Assert.True(json.GetProperty("energy").GetProperty("ratio").GetDouble() > 3, tool.Output);
    }

    [Fact]
    public void Inspect_Table_ShowsWeightAndTotal()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("inspect", "model.onnx", "--all", "--format", "table"));
        Assert.Contains("32x64", tool.Output, StringComparison.Ordinal);
        Assert.Contains($"file {new FileInfo(tool["model.onnx"]).Length:#,0} bytes", tool.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Unpack_ToPortable_RunsOnTheStockRuntime()
    {
        using var tool = new Tool();
        Assert.Equal(0, tool.Run("compress", "model.onnx", "-o", "small.onnx", "--bits", "4", "--sparsity", "0.5", "--no-verify"));
        Assert.Equal(0, tool.Run("unpack", "small.onnx", "-o", "portable.onnx", "--to", "portable"));
        Assert.Equal(0, tool.Run("verify", "small.onnx", "portable.onnx", "--max-error", "0.0001%"));
        Assert.Equal(0, tool.Run("diff", "small.onnx", "portable.onnx"));
    }

    private static void AssertOneLine(Tool tool, string cause)
    {
        string line = Assert.Single(tool.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries), l => !l.StartsWith("warning:", StringComparison.Ordinal));
        Assert.StartsWith("deepcompress: ", line, StringComparison.Ordinal);
        Assert.Contains(cause, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
    }
}
