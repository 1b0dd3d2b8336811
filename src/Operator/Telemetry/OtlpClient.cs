using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Operator.Telemetry;

/// <summary>Sends export requests to one address. The specification of OTLP says which answers are worth a
/// retry.</summary>
internal sealed class OtlpClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly OtlpTarget _target;

    /// <summary>Connects to nothing yet.</summary>
    /// <exception cref="OperatorOptionException">The file of certificates cannot be read.</exception>
    public OtlpClient(OtlpTarget target)
    {
        _target = target;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (target.Certificate is { } file)
        {
            handler.SslOptions.CertificateChainPolicy = Trusting(file);
        }

        _http = new HttpClient(handler) { Timeout = target.Timeout };
    }

    public async Task<OtlpAnswer> SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _target.Endpoint) { Content = Body(message) };
        foreach (var (key, value) in _target.Headers)
        {
            request.Headers.TryAddWithoutValidation(key, value);
        }

        try
        {
            using var response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode
                ? OtlpAnswer.Taken
                : new OtlpAnswer(
                    string.Create(
                        CultureInfo.InvariantCulture, $"{_target} answered {(int)response.StatusCode}."),
                    response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
                        or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout,
                    response.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException exception)
        {
            return new OtlpAnswer($"{_target} cannot be reached: {exception.Message}", IsWorthRetry: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new OtlpAnswer(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_target} did not answer within {_target.Timeout.TotalSeconds} s."),
                IsWorthRetry: true);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Telemetry must not end the work that it reports.
            return new OtlpAnswer($"{_target} cannot be used: {exception.Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
            return policy;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or System.Security.Cryptography.CryptographicException)
        {
            throw new OperatorOptionException(
                $"OTEL_EXPORTER_OTLP_CERTIFICATE: {file} cannot be read: {exception.Message}");
        }
    }

    private ByteArrayContent Body(ReadOnlyMemory<byte> message)
    {
        var content = new ByteArrayContent(_target.IsCompressed ? Compressed(message) : message.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        if (_target.IsCompressed)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        return content;
    }

    private static byte[] Compressed(ReadOnlyMemory<byte> message)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(message.Span);
        }

        return packed.ToArray();
    }
}

/// <summary>What became of a request.</summary>
/// <param name="Problem">Why it was not taken; null if it was.</param>
/// <param name="IsWorthRetry">Whether the same request may be taken later.</param>
/// <param name="After">The earliest time for that, if the receiver named one.</param>
internal sealed record OtlpAnswer(string? Problem, bool IsWorthRetry = false, TimeSpan? After = null)
{
    public static OtlpAnswer Taken { get; } = new(Problem: null);
}
