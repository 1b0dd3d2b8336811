using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Drydock.Crds.Values;

namespace Drydock.Operator.Telemetry;

/// <summary>The HTTP client that the package sends with. It trusts all authorities of the file, limits each request,
/// and logs why nothing arrives; the package trusts one authority, and writes to an EventSource only.</summary>
internal sealed partial class OtlpHttp : DelegatingHandler
{
    private readonly OtlpTarget _target;
    private readonly string _what;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private bool _reported;

    private OtlpHttp(OtlpTarget target, string what, TimeProvider time, ILogger logger)
        : base(new SocketsHttpHandler { AllowAutoRedirect = false, ActivityHeadersPropagator = null })
    {
        (_target, _what, _time, _logger) = (target, what, time, logger);
        if (target.Certificate is { } file)
        {
            ((SocketsHttpHandler)InnerHandler!).SslOptions.CertificateChainPolicy = Trusting(file);
        }
    }

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="patience">How long the package may repeat one request.</param>
    /// <exception cref="OperatorOptionException">The file of certificates cannot be read.</exception>
    public static HttpClient Client(
        OtlpTarget target, string what, TimeSpan patience, TimeProvider time, ILogger logger)
    {
        var http = new HttpClient(new OtlpHttp(target, what, time, logger)) { Timeout = patience };
        foreach (var (key, value) in target.Headers)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation(key, value);
        }

        return http;
    }

    // The package sends on a thread of its own and waits.
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_target.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var response = base.Send(request, either.Token);
            Report(response.IsSuccessStatusCode
                ? null
                : $"{_target} answered {(int)response.StatusCode}.");
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Report($"{_target} did not answer within {_target.Timeout.TotalSeconds} s.");
            throw;
        }
        catch (HttpRequestException exception)
        {
            Report($"{_target} cannot be reached: {exception.Message}");
            throw;
        }
    }

    private static X509ChainPolicy Trusting(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0
                ? ChainPolicies.TrustOnly(authorities)
                : throw new CryptographicException("it holds no certificate in PEM.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or CryptographicException)
        {
            throw new OperatorOptionException(
                $"OTEL_EXPORTER_OTLP_CERTIFICATE: {file} cannot be read: {exception.Message}");
        }
    }

    private void Report(string? problem)
    {
        if (problem is not null && !_reported)
        {
            NotSent(_logger, _what, problem);
        }

        _reported = problem is not null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} were not sent: {Problem}")]
    private static partial void NotSent(ILogger logger, string what, string problem);
}
