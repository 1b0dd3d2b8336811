using System.IO.Compression;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Drydock.Lab.Monitoring;

/// <summary>Takes metrics and traces by OTLP (http/protobuf), as a collector does, and keeps them.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentQueue<ReceivedMetric> _metrics = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>The address for OTEL_EXPORTER_OTLP_ENDPOINT.</summary>
    public string Endpoint => _app.Urls.First();

    /// <summary>The status code of its answers.</summary>
    public int Answer { get; set; } = StatusCodes.Status200OK;

    /// <summary>What each request waits for before it is answered; null for nothing.</summary>
    public Task? Hold { get; set; }

    /// <summary>Every span that was taken, in the order of its arrival; one that was sent twice is twice
    /// here.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary>Every metric of every request that was taken.</summary>
    public IReadOnlyList<ReceivedMetric> Metrics => [.. _metrics];

    /// <summary>Path and headers of every request, also of those that were refused.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Starts one on a free port.</summary>
    public static Task<OtlpReceiver> StartAsync(CancellationToken cancellationToken = default) =>
        StartAsync(null, cancellationToken);

    /// <summary>Starts one on a free port.</summary>
    /// <param name="certificate">The certificate that it shows; null for http.</param>
    public static async Task<OtlpReceiver> StartAsync(
        X509Certificate2? certificate, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        _requests.Enqueue(
            $"{context.Request.Path} {string.Join(", ", context.Request.Headers.Select(h => $"{h.Key}: {h.Value}"))}");
        await (Hold ?? Task.CompletedTask).WaitAsync(context.RequestAborted);
        context.Response.StatusCode = Answer;
        if (Answer != StatusCodes.Status200OK)
        {
            return;
        }

        using var body = new MemoryStream();
        await using (var from = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body)
        {
            await from.CopyToAsync(body, context.RequestAborted);
        }

        switch (context.Request.Path.Value)
        {
            case "/v1/traces":
                OtlpDecoder.Spans(body.ToArray()).ForEach(_spans.Enqueue);
                break;
            case "/v1/metrics":
                OtlpDecoder.Metrics(body.ToArray()).ForEach(_metrics.Enqueue);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }
}

/// <summary>A span as it arrived.</summary>
public sealed record ReceivedSpan(
    string Trace,
    string Id,
    string Parent,
    string Name,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyDictionary<string, string> Resource,
    bool IsFailed);

/// <summary>A series of a metric as it arrived.</summary>
/// <param name="Kind">gauge, sum or histogram.</param>
/// <param name="Value">The value; of a histogram the sum.</param>
/// <param name="Buckets">The counts of a histogram; otherwise empty.</param>
/// <param name="Bounds">The bounds of a histogram; otherwise empty.</param>
/// <param name="IsCumulative">Whether it is counted since the start of the process.</param>
public sealed record ReceivedMetric(
    string Name,
    string Kind,
    IReadOnlyDictionary<string, string> Attributes,
    double Value,
    IReadOnlyList<ulong> Buckets,
    IReadOnlyList<double> Bounds,
    bool IsCumulative);
