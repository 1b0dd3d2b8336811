namespace Drydock.Tests.Unit.Clients.Safety;

/// <summary>
/// Endpoints that answer without end: each client stops at its limit and says what came, from where, and how much is
/// too much.
/// </summary>
public sealed class EndlessAnswerTests
{
    private const string Chunked =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const string Engine = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 0\r\n\r\n!";

    // A header is read up to 64 KiB; of an answer that is given up the handler reads at most 1 MiB more.
    private const long HeaderBytes = 2L << 20;

    private static readonly string Chunk = Piece(64 * 1024);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_engines_endless_list_is_refused_at_its_limit(bool tls)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = EndlessServer.Certificate(key);
        await using var server = new EndlessServer(
            line => line.Contains("/_ping", StringComparison.Ordinal) ? Engine : Chunked,
            Chunk,
            tls ? certificate : null);
        var pem = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
        var material = new DockerTlsMaterial(pem, pem, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        var endpoint = DockerEndpoint.Parse($"tcp://127.0.0.1:{server.Port}");
        await using var client = Docker(tls ? endpoint with { Tls = material } : endpoint with { Insecure = true });

        var refusal = await Should.ThrowAsync<DockerProtocolException>(
            () => client.Containers.ListContainersAsync(
                new global::Docker.DotNet.Models.ContainersListParameters(), Token));

        refusal.Message.ShouldBeWorded(server.Port);
        server.Sent.ShouldBeLessThan(DockerHandler.MaxAnswerBytes + EndlessServer.KernelBytes);
    }

    [Fact]
    public async Task An_answer_that_announces_too_much_is_not_begun()
    {
        await using var server = new EndlessServer(
            line =>
                line.Contains("/_ping", StringComparison.Ordinal)
                    ? Engine
                    : $"HTTP/1.1 200 OK\r\nContent-Length: {long.MaxValue}\r\n\r\n",
            Chunk);
        await using var client =
            Docker(DockerEndpoint.Parse($"tcp://127.0.0.1:{server.Port}") with { Insecure = true });

        (await Should.ThrowAsync<DockerProtocolException>(() => client.System.GetSystemInfoAsync(Token))).Message
            .ShouldContain("longer than");
        server.Sent.ShouldBeLessThan(EndlessServer.KernelBytes);
    }

    [Fact]
    public async Task Endless_headers_are_refused_and_not_repeated()
    {
        await using var server = new EndlessServer(_ => "HTTP/1.1 200 OK\r\n", "X-Canary: canary\r\n");
        await using var client =
            Docker(DockerEndpoint.Parse($"tcp://127.0.0.1:{server.Port}") with { Insecure = true });

        var refusal = await Should.ThrowAsync<DockerProtocolException>(() => client.System.PingAsync(Token));

        refusal.Message.ShouldBeWorded(server.Port);
        refusal.Message.ShouldNotContain("canary");
        server.Sent.ShouldBeLessThan(HeaderBytes + EndlessServer.KernelBytes);
    }

    [Fact]
    public async Task An_endless_line_of_events_is_refused()
    {
        await using var server =
            new EndlessServer(line => line.Contains("/_ping", StringComparison.Ordinal) ? Engine : Chunked, Chunk);
        await using var client =
            Docker(DockerEndpoint.Parse($"tcp://127.0.0.1:{server.Port}") with { Insecure = true });

        await Should.ThrowAsync<DockerProtocolException>(async () =>
        {
            await foreach (var _ in client.System.MonitorEventsAsync(
                new Dictionary<string, IReadOnlyList<string>>(), since: null, Token))
            {
            }
        });
        server.Sent.ShouldBeLessThan((8L << 20) + EndlessServer.KernelBytes);
    }

    [Fact]
    public async Task An_endless_error_is_refused_and_not_repeated()
    {
        await using var server = new EndlessServer(
            line =>
                line.Contains("/_ping", StringComparison.Ordinal)
                    ? Engine
                    : Chunked.Replace("200 OK", "500 canary", StringComparison.Ordinal).Replace(
                        "application/json", "text/html", StringComparison.Ordinal),
            Chunk);
        await using var client =
            Docker(DockerEndpoint.Parse($"tcp://127.0.0.1:{server.Port}") with { Insecure = true });

        var refusal = await Should.ThrowAsync<DockerApiException>(() => client.System.GetSystemInfoAsync(Token));

        refusal.Message.ShouldBeWorded(server.Port);
        server.Sent.ShouldBeLessThan(HeaderBytes + EndlessServer.KernelBytes);
    }

    [Fact]
    public async Task Endless_database_answer_is_refused_at_limit()
    {
        await using var server = new EndlessServer(_ => Chunked, Chunk);
        using var http = new ServiceHttp(null, TimeProvider.System, EndpointPolicy.Unrestricted);

        var refusal = await Should.ThrowAsync<ServiceException>(
            () => http.GetAsync("127.0.0.1", server.Port, "/pd/api/v1/stores", Token));

        refusal.Reason.ShouldBe(Reasons.AnswerUnusable);
        refusal.Message.ShouldBeWorded(server.Port);
        server.Sent.ShouldBeLessThan(ServiceHttp.LongestBody + EndlessServer.KernelBytes);
    }

    [Fact]
    public async Task Other_service_is_reported_without_its_text()
    {
        await using var server = new EndlessServer(_ => "SSH-2.0-canary\r\n!", "");
        using var http = new ServiceHttp(null, TimeProvider.System, EndpointPolicy.Unrestricted);

        var refusal =
            await Should.ThrowAsync<ServiceException>(() => http.GetAsync("127.0.0.1", server.Port, "/", Token));

        refusal.Reason.ShouldBe(Reasons.AnswerUnusable);
        refusal.Message.ShouldBeWorded(server.Port);
    }

    [Fact]
    public async Task Endless_console_answer_is_refused_at_limit()
    {
        await using var server = new EndlessServer(_ => Chunked, Chunk);
        var target = new OmsApiTarget(
            new Uri($"http://127.0.0.1:{server.Port}"), "operator", new Secret("obviously-false-Pa55"));
        using var api = new HttpOmsApi(target, EndpointPolicy.Unrestricted, TimeProvider.System);

        var refusal = await Should.ThrowAsync<OmsApiException>(() => api.ListAsync(Token));

        refusal.Kind.ShouldBe(OmsApiErrorKind.Unreadable);
        refusal.Message.ShouldBeWorded(server.Port);
        server.Sent.ShouldBeLessThan(HttpOmsApi.LongestAnswer + EndlessServer.KernelBytes);
    }

    [Fact]
    public async Task A_compressed_answer_is_not_unpacked()
    {
        await using var server = new EndlessServer(
            _ => "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nas it is!", "");
        using var http = new ServiceHttp(null, TimeProvider.System, EndpointPolicy.Unrestricted);

        (await http.GetAsync("127.0.0.1", server.Port, "/", Token)).Body.ShouldBe("as it is");
    }

    [Fact]
    public async Task Refused_address_is_reported_by_each_client()
    {
        await using var server = new EndlessServer(_ => Chunked, Chunk);
        await using var docker = new DockerClient(
            DockerEndpoint.Parse($"tcp://127.0.0.1:{server.Port}") with { Insecure = true },
            new DockerClientOptions { ReadRetries = 0 });
        using var service = new ServiceHttp(null, TimeProvider.System);
        using var api = new HttpOmsApi(
            new OmsApiTarget(
                new Uri($"http://127.0.0.1:{server.Port}"), "operator", new Secret("obviously-false-Pa55")),
            EndpointPolicy.Default,
            TimeProvider.System);

        var messages = new[]
        {
            (await Should.ThrowAsync<DockerEndpointException>(() => docker.System.PingAsync(Token))).Message,
            (await Should.ThrowAsync<ServiceException>(
                () => service.GetAsync("127.0.0.1", server.Port, "/", Token))).Message,
            (await Should.ThrowAsync<OmsApiException>(() => api.ListAsync(Token))).Message,
        };

        messages.ShouldAllBe(
            m =>
                m.Contains("127.0.0.1 is refused (loopback)", StringComparison.Ordinal)
                    && m.Contains("`--allow-address 127.0.0.1/32`", StringComparison.Ordinal));
        server.Sent.ShouldBe(0);
    }

    private static DockerClient Docker(DockerEndpoint endpoint) =>
        new(endpoint, new DockerClientOptions { ReadRetries = 0, Endpoints = EndpointPolicy.Unrestricted });

    private static string Piece(int bytes) => $"{bytes:x}\r\n{new string('[', bytes)}\r\n";
}
