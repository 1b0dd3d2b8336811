using Drydock.Clients.Kubernetes.Errors;
using Drydock.Operator.Health;
using Drydock.Operator.Logging;
using Serilog.Extensions.Logging;

namespace Drydock.Operator;

/// <summary>The process: composition, probes, leadership, orderly stop.</summary>
public static partial class OperatorProcess
{
    /// <summary>Runs until cancelled (SIGTERM, SIGINT); returns the exit code: 0 after an orderly stop, 1 if it cannot
    /// run or a part of it failed. <see cref="LastResort"/> may end the process without a return.</summary>
    public static async Task<int> RunAsync(OperatorOptions options, CancellationToken stopping)
    {
        await using var log = OperatorLog.Create(options);
        using var loggers = new SerilogLoggerFactory(log);
        var logger = loggers.CreateLogger("Drydock");
        try
        {
            using var metrics = new PrometheusMetrics();
            await using var composition = OperatorComposition.Create(options, TimeProvider.System, loggers);
            using var process = new ProcessMetrics(
                composition.Watches, composition.Space, () => composition.SchemaProblem is not null);
            await using var http = ProbeServer.Create(options.HttpAddress, composition, metrics);
            await http.StartAsync(stopping);
            Started(logger, BuildInfo.Version, composition.Identity);
            await composition.RunAsync(stopping);
            Stopped(logger);
            return 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Stopped(logger);
            return 0;
        }
        catch (Exception exception)
        {
            // One plain line; the stack trace is for developers. A part that failed later was logged with its stack
            // trace already.
            var isPlain = exception
                is KubernetesException or KubernetesConfigurationException or IOException or OperatorOptionException;
            CannotRun(logger, isPlain ? exception.Message : $"{exception.GetType().Name}: {exception.Message}");
            CannotRunBecause(logger, exception);
            return 1;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Drydock {Version} started as {Identity}.")]
    private static partial void Started(ILogger logger, string version, string identity);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Stopped. Work still running on the targets will be picked up at the next start.")]
    private static partial void Stopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Cannot run: {Message}")]
    private static partial void CannotRun(ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Cannot run. Stack trace:")]
    private static partial void CannotRunBecause(ILogger logger, Exception exception);
}
