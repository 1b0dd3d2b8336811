using System.Threading.Channels;

namespace Drydock.Operator.Telemetry;

/// <summary>Sends the spans of runs while this process leads. A new leader first sends every span that the objects
/// record of attempts that have not ended, or ended within the last hour: its predecessor may have died before it sent
/// them. A span that was sent already has the same ids and times, and receivers keep one.</summary>
internal sealed partial class TraceExport : IRunObserver, IDisposable
{
    /// <summary>How many spans wait at most while the receiver takes none; the oldest are dropped.</summary>
    public const int MostWaiting = 20_000;

    /// <summary>At the beginning of a term, runs are sent again that ended within this time.</summary>
    public static readonly TimeSpan SentAgain = TimeSpan.FromHours(1);

    private const int MostInRequest = 512;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly OtlpClient _client;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _resource;
    private readonly IReadOnlyList<IRunSource> _sources;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Queue<TraceSpan> _waiting = new();
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _runs;
    private bool _reported;

    public TraceExport(
        OtlpTarget target,
        IReadOnlyList<KeyValuePair<string, string>> resource,
        IReadOnlyList<IRunSource> sources,
        TimeProvider time,
        ILogger<TraceExport> logger)
    {
        (_resource, _sources, _time, _logger) = (resource, sources, time, logger);
        _client = new OtlpClient(target);
    }

    public void Changed(RunSample? before, RunSample now)
    {
        // What is not told here is sent at the beginning of the next term.
        if (_runs)
        {
            Add(before is null || before.Metadata.Uid != now.Metadata.Uid
                ? RunSpans.Recorded(now)
                : RunSpans.EndedBetween(before, now, _time.GetUtcNow()));
        }
    }

    public async Task RunAsync(CancellationToken term)
    {
        try
        {
            Begin();
            await SendAsync(term);
        }
        catch (OperationCanceledException) when (term.IsCancellationRequested)
        {
            await SendLastAsync();
        }
        finally
        {
            End();
        }
    }

    public void Dispose() => _client.Dispose();

    private void Begin()
    {
        // Changes are told from now on, and what was before is read afterwards: nothing is missed in between.
        _runs = true;
        var since = _time.GetUtcNow() - SentAgain;
        Add(_sources
            .SelectMany(source => source.Samples())
            .Where(run => run.EndedAt is not { } ended || ended > since)
            .SelectMany(RunSpans.Recorded));
    }

    private void End()
    {
        _runs = false;
        lock (_gate)
        {
            _waiting.Clear();
        }
    }

    private void Add(IEnumerable<TraceSpan> spans)
    {
        List<TraceSpan> added = [.. spans];
        if (added.Count == 0)
        {
            return;
        }

        var dropped = 0;
        lock (_gate)
        {
            added.ForEach(_waiting.Enqueue);
            for (; _waiting.Count > MostWaiting; dropped++)
            {
                _waiting.Dequeue();
            }
        }

        if (dropped > 0)
        {
            Dropped(_logger, dropped);
        }

        _added.Writer.TryWrite(true);
    }

    private async Task SendAsync(CancellationToken term)
    {
        var pause = FirstPause;
        while (true)
        {
            if (Peek() is not { Count: > 0 } spans)
            {
                await _added.Reader.ReadAsync(term);
                continue;
            }

            var answer = await _client.SendAsync(OtlpMessages.Traces(_resource, spans), term);
            if (!Settle(answer, spans))
            {
                await Task.Delay(answer.After ?? pause, _time, term);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                continue;
            }

            pause = FirstPause;
        }
    }

    private async Task SendLastAsync()
    {
        using var limit = new CancellationTokenSource(LastWords, _time);
        try
        {
            while (Peek() is { Count: > 0 } spans
                && Settle(await _client.SendAsync(OtlpMessages.Traces(_resource, spans), limit.Token), spans))
            {
                // The next ones.
            }
        }
        catch (OperationCanceledException)
        {
            // The next leader sends them.
        }
    }

    private IReadOnlyList<TraceSpan> Peek()
    {
        lock (_gate)
        {
            return [.. _waiting.Take(MostInRequest)];
        }
    }

    // False if the same spans have to be sent again.
    private bool Settle(OtlpAnswer answer, IReadOnlyList<TraceSpan> spans)
    {
        if (answer is { Problem: { } problem })
        {
            if (answer.IsWorthRetry)
            {
                Report(problem);
                return false;
            }

            Refused(_logger, spans.Count, problem);
        }
        else
        {
            _reported = false;
        }

        lock (_gate)
        {
            // Spans may have been dropped meanwhile.
            foreach (var span in spans)
            {
                if (_waiting.TryPeek(out var first) && ReferenceEquals(first, span))
                {
                    _waiting.Dequeue();
                }
            }
        }

        return true;
    }

    private void Report(string problem)
    {
        if (!_reported)
        {
            _reported = true;
            NotSent(_logger, problem);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Traces were not sent, retrying: {Problem}")]
    private static partial void NotSent(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} spans were refused and are dropped: {Problem}")]
    private static partial void Refused(ILogger logger, int count, string problem);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The receiver of traces takes none; {Count} spans were dropped.")]
    private static partial void Dropped(ILogger logger, int count);
}
