extern alias builder;
extern alias pipeline;
extern alias webapi;

using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using MLNet.DeepCompression.Tests.Scoring;

namespace MLNet.DeepCompression.Tests;

/// <summary>Each sample runs to its end; not beside other tests, because what samples print is read.</summary>
[Collection(nameof(SampleTests))]
[CollectionDefinition(nameof(SampleTests), DisableParallelization = true)]
public sealed class SampleTests : IDisposable
{
    private readonly SmallModels _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void MLNetPipeline_WithoutArguments_RunsToItsEnd()
    {
        string[] lines = Run(typeof(pipeline::MLNetPipeline.Digit).Assembly, out int code);
        Assert.Equal(0, code);
        Assert.Contains(lines, line => line.StartsWith("model.zip:", StringComparison.Ordinal));
        Assert.Equal(5, lines.Count(line => line.Contains("is taken for a", StringComparison.Ordinal)));
    }

    [Fact]
    public void ModelBuilder_WithoutArguments_PredictsWell()
    {
        string[] lines = Run(typeof(builder::ModelBuilder.DigitModel).Assembly, out int code);
        Assert.True(code == 0, string.Join('\n', lines));
    }

    [Fact]
    public async Task WebApi_OnAFreePort_PredictsDescribesAndIsHealthy()
    {
        string zip = _models.PathOf("model.zip");
        webapi::WebApi.ModelFile.Make(zip);
        await using WebApplication app = webapi::WebApi.DigitService.Create(zip, ["--urls", "http://127.0.0.1:0"]);
        await app.StartAsync();
        string address = app.Urls.Single();
        Assert.StartsWith("http://127.0.0.1:", address, StringComparison.Ordinal);
        using HttpClient client = new() { BaseAddress = new Uri(address) };

        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
        using HttpResponseMessage answer = await client.PostAsJsonAsync("/predict", new { pixels = new float[784] });
        JsonElement json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(10, json.GetProperty("scores").GetArrayLength());
        Assert.InRange(json.GetProperty("digit").GetSingle(), 0, 9);
        using HttpResponseMessage refused = await client.PostAsJsonAsync("/predict", new { pixels = new float[3] });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("784 numbers are needed; found 3", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        JsonElement model = await client.GetFromJsonAsync<JsonElement>("/model");
        Assert.Equal(new FileInfo(zip).Length, model.GetProperty("zipBytes").GetInt64());
        Assert.NotEqual(0, model.GetProperty("operators").GetArrayLength());
        await app.StopAsync();
    }

    private static string[] Run(Assembly sample, out int code)
    {
        TextWriter before = Console.Out;
        using StringWriter output = new();
        Console.SetOut(output);
        try
        {
            code = sample.EntryPoint!.Invoke(null, [Array.Empty<string>()]) as int? ?? 0;
        }
        finally
        {
            Console.SetOut(before);
        }

        return output.ToString().Split('\n');
    }
}
