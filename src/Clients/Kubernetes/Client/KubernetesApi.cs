using k8s.Autorest;
using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>The client of the package for resources of any type and with any query, which its methods do not offer
/// for the core group. Errors have a type. It sets what the package's configuration does not offer.</summary>
internal sealed class KubernetesApi(KubernetesClientConfiguration configuration, params DelegatingHandler[] handlers)
    : k8s.Kubernetes(configuration, handlers)
{
    /// <summary>HTTP/2 if the server offers it: one connection carries all watches, and its pings detect a half-open
    /// connection even when every watch is idle, before a lease is lost because of it. Behind a proxy that speaks only
    /// 1.1, the idle limit of each watch does that.</summary>
    public static KubernetesApi Connect(
        KubernetesClientConfiguration configuration,
        KubernetesClientOptions options,
        params DelegatingHandler[] handlers)
    {
        var fromConfiguration = configuration.FirstMessageHandlerSetup;
        SocketsHttpHandler? connections = null;
        configuration.UserAgent = options.UserAgent;
        configuration.FirstMessageHandlerSetup = handler =>
        {
            connections = handler;
            handler.ConnectTimeout = TimeSpan.FromSeconds(10);
            handler.KeepAlivePingDelay = TimeSpan.FromSeconds(4);
            handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(3);
            handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90);
            handler.AllowAutoRedirect = false;
            handler.UseCookies = false;
            handler.AutomaticDecompression = DecompressionMethods.GZip;
            fromConfiguration?.Invoke(handler);
            handler.UseProxy = handler.Proxy is not null || !new Uri(configuration.Host).IsLoopback;
        };
        try
        {
            var kubernetes = new KubernetesApi(configuration, handlers);
            var tls = connections!.SslOptions;
            if (configuration.TokenProvider is ExecPlugin plugin)
            {
                // Called at each handshake, so that a renewed certificate is used by the next connection.
                tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => plugin.ClientCertificate!;
            }

            if (!configuration.SkipTlsVerify && configuration.SslCaCerts is { } authorities)
            {
                // The package's check ignores a wrong server name if the authority is not one of the system's, and
                // trusts the system's authorities in addition to those of the kubeconfig.
                tls.RemoteCertificateValidationCallback = null;
                tls.CertificateChainPolicy = ChainPolicies.TrustOnly(authorities);
            }

            return kubernetes;
        }
        finally
        {
            configuration.FirstMessageHandlerSetup = fromConfiguration;
        }
    }

    /// <summary>The answer in pooled memory, which returns when it is disposed.</summary>
    public async Task<JsonDocument> ReadAsync(
        KubernetesRequest request, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(request, message, cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        }
        catch (JsonException)
        {
            throw EntityJson.NoJson(request);
        }
    }

    public async Task<HttpResponseMessage> OpenAsync(
        KubernetesRequest request, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        message.RequestUri = new Uri(BaseUri, message.RequestUri!);
        message.Version = HttpVersion.Version20;
        message.Options.Set(KubernetesHandler.Verb, request.Verb);
        try
        {
            return await SendRequestRaw("", message, cancellationToken);
        }
        catch (HttpOperationException refused)
        {
            throw StatusErrors.From(request, (int)refused.Response.StatusCode, refused.Response.Content);
        }
        catch (HttpOutcomeException failure)
        {
            throw Translate(request, failure);
        }
    }

    public KubernetesException Translate(KubernetesRequest request, HttpOutcomeException failure) => failure switch
    {
        { Problem: HttpProblem.TooLong } => new KubernetesTooLargeException(request, failure.Message),
        { MayHaveRun: true } => new KubernetesOutcomeUnknownException(request, failure.Message, failure),
        _ => new KubernetesUnreachableException(request, $"{BaseUri}: {failure.Message}", failure),
    };
}

/// <summary>Why there was no answer, as a part of a sentence.</summary>
public static class NoAnswer
{
    public static string Explain(Exception failure) => failure switch
    {
        OperationCanceledException => "no answer in time",
        JsonException or InvalidOperationException => "the answer is not the expected one",
        _ => HttpFailure.Describe(failure),
    };

    /// <summary>The message of the server that refused a request of the package's client.</summary>
    public static string Reason(HttpOperationException refusal) =>
        StatusErrors.Parse((int)refusal.Response.StatusCode, refusal.Response.Content ?? "").Message ?? "";
}

/// <summary>The client of the package, for requests that <see cref="IKubernetesClient"/> does not have: logs, the
/// election's Lease, and lists of types without a model. It connects as <see cref="KubernetesClient"/> does: same check
/// of the server's certificate, same credentials, same proxy.</summary>
public static class PackageClient
{
    public static k8s.Kubernetes Create(
        KubernetesClientConfiguration configuration, KubernetesClientOptions options, TimeProvider time) =>
        KubernetesApi.Connect(
            configuration,
            options,
            new KubernetesHandler(configuration, time, options.ActsAs),
            new ObjectAnswers(options.MaxAnswerBytes));

    /// <summary>Reads an object only up to the limit, and refuses what is none: another server may be behind the
    /// address. A log is a stream.</summary>
    private sealed class ObjectAnswers(int bytes) : DelegatingHandler
    {
        private static readonly string[] Fields = ["kind", "metadata", "status", "gitVersion"];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var isObject = !request.RequestUri!.AbsolutePath.EndsWith("/log", StringComparison.Ordinal);
            if (isObject || response.Content.Headers.ContentType?.MediaType == "application/json")
            {
                await response.Content.LoadIntoBufferAsync(bytes, cancellationToken);
            }

            return !isObject || !response.IsSuccessStatusCode
                || IsObject(await response.Content.ReadAsByteArrayAsync(cancellationToken))
                    ? response
                    : throw new JsonException("The answer is not that of a Kubernetes API server.");
        }

        private static bool IsObject(byte[] body)
        {
            using var answer = JsonDocument.Parse(body);
            return Fields.Any(field => answer.RootElement.Member(field).ValueKind != JsonValueKind.Undefined);
        }
    }
}
