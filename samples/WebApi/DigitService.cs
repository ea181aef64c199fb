using DeepCompression.ExecutionProvider;
using Microsoft.Extensions.ML;
using Microsoft.ML;
using MLNet.DeepCompression;

namespace WebApi;

/// <summary>The service: <c>POST /predict</c>, <c>GET /model</c>, <c>GET /health</c>.</summary>
public static class DigitService
{
    private const string Loopback = "http://127.0.0.1:5080";

    /// <summary>Builds the application around a saved pipeline. Unless <c>--urls</c> says otherwise, it listens to this machine alone.</summary>
    /// <param name="zip">The saved pipeline.</param>
    /// <param name="args">The command line.</param>
    public static WebApplication Create(string zip, string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? Loopback);
        Sessions sessions = new();
        builder.Services.AddSingleton(sessions);

        // The pool loads the zip with this context, and with it gets the execution provider for compressed weights.
        builder.Services.Configure<MLOptions>(options => options.MLContext.UseDeepCompression(onSession: sessions.Add));
        builder.Services.AddPredictionEnginePool<Question, Answer>().FromFile(zip);
        builder.Services.AddHealthChecks().AddCheck<ModelCheck>("model");

        WebApplication app = builder.Build();
        app.MapPost("/predict", (Question question, PredictionEnginePool<Question, Answer> pool) => question.Pixels.Length == Question.Size
            ? Results.Ok(pool.Predict(question))
            : Results.BadRequest(new { error = $"pixels: {Question.Size} numbers are needed; found {question.Pixels.Length}." }));
        app.MapGet("/model", (PredictionEnginePool<Question, Answer> pool) =>
        {
            DataViewSchema schema = pool.GetModel().GetOutputSchema(Question.Schema);
            return new { zipBytes = new FileInfo(zip).Length, columns = schema.Where(column => !column.IsHidden).Select(column => $"{column.Name}: {column.Type}"), operators = sessions.Describe() };
        });
        app.MapHealthChecks("/health");
        return app;
    }

    /// <summary>The reports of the sessions that the pool has made.</summary>
    private sealed class Sessions
    {
        private readonly List<DeepCompressionReport> _reports = [];

        public void Add(DeepCompressionReport report)
        {
            lock (_reports)
                _reports.Add(report);
        }

        public string[] Describe()
        {
            lock (_reports)
                return [.. _reports.SelectMany(report => report.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)).Distinct()];
        }
    }
}
