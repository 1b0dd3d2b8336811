using Drydock.Clients.Kubernetes.Errors;
using Drydock.Operator.Composition;
using Drydock.Operator.Health;
using Drydock.Operator.Logging;
using Drydock.Operator.Metrics;
using Serilog.Extensions.Logging;

namespace Drydock.Operator;

/// <summary>The process: composition, probes, leadership, orderly end.</summary>
public static partial class OperatorProcess
{
    /// <summary>Runs until cancelled (SIGTERM, SIGINT); returns the exit code.</summary>
    public static async Task<int> RunAsync(OperatorOptions options, CancellationToken stopping)
    {
        await using var log = OperatorLog.Create(options);
        using var loggers = new SerilogLoggerFactory(log);
        var logger = loggers.CreateLogger("Drydock");
        try
        {
            await using var composition = OperatorComposition.Create(options, TimeProvider.System, loggers);
            using var metrics = new MetricsText();
            await using var http = ProbeServer.Create(options.HttpAddress, composition, metrics);
            await http.StartAsync(stopping);
            Started(logger, typeof(OperatorProcess).Assembly.GetName().Version?.ToString(3), composition.Identity);
            await composition.RunAsync(stopping);
            Stopped(logger);
            return 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Stopped(logger);
            return 0;
        }
        catch (Exception exception) when (exception is KubernetesException or IOException)
        {
            CannotRun(logger, exception.Message);
            return 1;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Drydock {Version} as {Identity}")]
    private static partial void Started(ILogger logger, string? version, string identity);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopped; what runs on the targets is found again at the next start")]
    private static partial void Stopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Critical, Message = "cannot run: {Message}")]
    private static partial void CannotRun(ILogger logger, string message);
}
