using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.ML;

namespace WebApi;

/// <summary>Healthy as long as the model answers.</summary>
internal sealed class ModelCheck(PredictionEnginePool<Question, Answer> pool) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Answer answer = pool.Predict(new Question { Pixels = new float[Question.Size] });
        return Task.FromResult(answer.Scores.All(float.IsFinite) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The scores are not finite."));
    }
}
