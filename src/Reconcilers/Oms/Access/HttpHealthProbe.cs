using System.Net;
using System.Net.Security;
using System.Text.Json;
using Drydock.Clients.Safety;

namespace Drydock.Reconcilers.Oms;

/// <param name="endpoints">Which addresses are connected to; null for the default.</param>
internal sealed class HttpHealthProbe(EndpointPolicy? endpoints = null) : IHealthProbe, IDisposable
{
    private const int LongestAnswer = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketExceptionHandler(new SocketsHttpHandler
    {
        ConnectCallback = (endpoints ?? EndpointPolicy.Default).ConnectAsync,
        ConnectTimeout = Patience,
        AllowAutoRedirect = false,
        UseProxy = false,

        // The console's certificate is usually self-signed, and the node is asked for by its address: it is reached
        // through the same network as its dockerd, and only health is read.
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        },
    }))
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = LongestAnswer,
    };

    public async Task<HealthAnswer> AskAsync(
        string host, int port, bool https, string path, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(https ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, host, port, path).Uri;
        try
        {
            using var response = await _http.GetAsync(address, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return new HealthAnswer(HealthState.NoEndpoint, $"{address} answers 404");
            }

            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return IsHealthy(body)
                ? new HealthAnswer(HealthState.Healthy, "healthy")
                : new HealthAnswer(
                    HealthState.Unhealthy, $"{address} answers {(int)response.StatusCode} and is not healthy yet.");
        }
        catch (HttpRequestException exception) when (EndpointRefusedException.In(exception) is { } refused)
        {
            return new HealthAnswer(HealthState.Unreachable, $"{address}: {refused.Message}");
        }
        catch (HttpRequestException exception)
            when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return new HealthAnswer(
                HealthState.Unhealthy,
                $"{address} answers more than {LongestAnswer} bytes, so the answer is not that of OMS.");
        }
        catch (HttpRequestException exception)
        {
            return new HealthAnswer(
                HealthState.Unreachable,
                $"{address} does not answer ({exception.HttpRequestError}). "
                    + "Check that the port is open to the operator.");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthAnswer(
                HealthState.Unreachable,
                $"{address} does not answer within {Patience.TotalSeconds:0} s. "
                    + "Check that the port is open to the operator.");
        }
    }

    public void Dispose() => _http.Dispose();

    internal static bool IsHealthy(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, OmsFilesJson.Default.HealthBody)?.Data?.Healthy == true;
        }
        catch (JsonException)
        {
            // An error page of nginx while the console starts.
            return false;
        }
    }
}
