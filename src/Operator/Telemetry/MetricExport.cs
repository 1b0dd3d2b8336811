namespace Drydock.Operator.Telemetry;

/// <summary>Sends all metrics at regular intervals, and once more at the end of the process.</summary>
internal sealed partial class MetricExport : IAsyncDisposable
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly OtlpClient _client;
    private readonly OtlpSettings _settings;
    private readonly MetricCollector _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _sending;
    private bool _reported;

    public MetricExport(
        OtlpTarget target,
        OtlpSettings settings,
        MetricCollector metrics,
        TimeProvider time,
        ILogger<MetricExport> logger)
    {
        (_settings, _metrics, _time, _logger) = (settings, metrics, time, logger);
        _client = new OtlpClient(target);
        _sending = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _sending;
        using var limit = new CancellationTokenSource(LastWords, _time);
        await SendAsync(limit.Token);
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_settings.Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                await SendAsync(_stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    // A request that was not taken is not repeated: the next one has the newer values of the same series.
    private async Task SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            var message = OtlpMessages.Metrics(_settings.Resource, _metrics.Collect(), _time.GetUtcNow());
            var answer = await _client.SendAsync(message, cancellationToken);
            if (answer.Problem is { } problem && !_reported)
            {
                NotSent(_logger, problem);
            }

            _reported = answer.Problem is not null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nothing was sent in time, which the receiver sees.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Metrics were not sent: {Problem}")]
    private static partial void NotSent(ILogger logger, string problem);
}
