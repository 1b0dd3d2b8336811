using Polly;
using Polly.Retry;

namespace Drydock.Clients.Docker;

/// <summary>Decides which failures of a read are retried.</summary>
internal static class ReadRetries
{
    public static ResiliencePipeline Build(DockerClientOptions options, TimeProvider time)
    {
        if (options.ReadRetries <= 0)
        {
            return ResiliencePipeline.Empty;
        }

        return new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.ReadRetries,
                Delay = options.ReadRetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static arguments => ValueTask.FromResult(IsTransient(arguments.Outcome.Exception)),
            })
            .Build();
    }

    internal static bool IsTransient(Exception? failure) => failure switch
    {
        // The limit has passed already; a retry would only multiply the wait.
        DockerTimeoutException => false,
        DockerTlsException => false,
        DockerSshException { Reason: not RemoteRefusal.Connection } => false,
        DockerUnreachableException => true,
        DockerApiException
        {
            StatusCode: HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout,
        } => true,
        _ => false,
    };
}
