using System.Net.Http.Headers;
using System.Net.Sockets;
using Drydock.Clients.Kubernetes.Configuration;
using Microsoft.AspNetCore.Http;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class ClientTests : IAsyncLifetime
{
    private FakeApiServer _server = null!;
    private KubernetesClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync();
        _client = _server.Client();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_missing_object_is_null_and_asked_for_once()
    {
        _server.Then(404, FakeApiServer.Status(404, "NotFound"));

        (await _client.GetAsync<Widget>("w")).ShouldBeNull();

        (await _server.NextRequestAsync()).ShouldBe("GET /apis/test.drydock.dev/v1/namespaces/default/widgets/w");
        _server.RequestsWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task Too_large_page_is_requested_again_with_fewer_objects()
    {
        using var client = _server.Client(new KubernetesClientOptions { MaxAnswerBytes = 2000 });
        _server.Otherwise(c =>
        {
            var size = int.Parse(c.Request.Query["limit"]!, System.Globalization.CultureInfo.InvariantCulture);
            var from = c.Request.Query["continue"].ToString() is { Length: > 0 } next
                ? int.Parse(next, System.Globalization.CultureInfo.InvariantCulture)
                : 0;
            var count = Math.Min(size, 40 - from);
            var more = from + count < 40 ? $",\"continue\":\"{from + count}\"" : "";
            var items = Enumerable.Range(from, count).Select(i => FakeApiServer.Widget($"w{i}", "5"));
            return FakeApiServer.Stream(
                StreamEnd.Clean,
                $"{{\"metadata\":{{\"resourceVersion\":\"9\"{more}}},\"items\":[{string.Join(',', items)}]}}")(c);
        });

        var list = await client.ListAsync<Widget>();

        list.Items.Select(w => w.Metadata.Name).ShouldBe(Enumerable.Range(0, 40).Select(i => $"w{i}"));
    }

    [Fact]
    public async Task An_answer_without_end_is_refused()
    {
        using var client = _server.Client(new KubernetesClientOptions { MaxAnswerBytes = 1 << 20, ReadRetries = 0 });
        _server.Otherwise(async c =>
        {
            var piece = new byte[1 << 16];
            Array.Fill(piece, (byte)' ');
            await c.Response.Body.WriteAsync("{\"items\":["u8.ToArray(), c.RequestAborted);
            while (!c.RequestAborted.IsCancellationRequested)
            {
                await c.Response.Body.WriteAsync(piece, c.RequestAborted);
            }
        });

        await Should.ThrowAsync<KubernetesTooLargeException>(client.GetAsync<Widget>("w"));
        (await Should.ThrowAsync<KubernetesTooLargeException>(client.ListAsync<Widget>())).Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData(409, "Conflict", typeof(KubernetesConflictException))]
    [InlineData(409, "AlreadyExists", typeof(KubernetesAlreadyExistsException))]
    [InlineData(403, "Forbidden", typeof(KubernetesForbiddenException))]
    [InlineData(401, "Unauthorized", typeof(KubernetesUnauthorizedException))]
    [InlineData(422, "Invalid", typeof(KubernetesInvalidException))]
    [InlineData(400, "BadRequest", typeof(KubernetesInvalidException))]
    [InlineData(404, "NotFound", typeof(KubernetesNotFoundException))]
    [InlineData(410, "Expired", typeof(KubernetesGoneException))]
    [InlineData(500, "InternalError", typeof(KubernetesOutcomeUnknownException))]
    [InlineData(504, "Timeout", typeof(KubernetesOutcomeUnknownException))]
    public async Task Refused_write_has_own_exception_and_no_retry(int code, string reason, Type kind)
    {
        _server.Otherwise(c => Answer(c, code, FakeApiServer.Status(code, reason)));

        var error = await Should.ThrowAsync<KubernetesException>(() => _client.UpdateStatusAsync(Stored()));

        error.ShouldBeOfType(kind);
        error.Message.ShouldBeWorded();
        await _server.NextRequestAsync();

        // A 401 is the one refusal after which the same request is sent once more, with fresh credentials.
        _server.RequestsWaiting.ShouldBe(code == 401 ? 1 : 0);
    }

    [Theory]
    [InlineData(413, "RequestEntityTooLarge", "limit is 3145728", typeof(KubernetesRequestTooLargeException))]
    [InlineData(500, "", "etcdserver: request is too large", typeof(KubernetesRequestTooLargeException))]
    [InlineData(
        500,
        "",
        "rpc error: code = ResourceExhausted desc = trying to send message larger than max (2100000 vs. 2097152)",
        typeof(KubernetesRequestTooLargeException))]
    [InlineData(
        500,
        "InternalError",
        "Internal error occurred: failed calling webhook \"a.example\": context deadline exceeded",
        typeof(KubernetesApiException))]
    [InlineData(500, "", "admission webhook \"a.example\" denied the request: no", typeof(KubernetesApiException))]
    [InlineData(500, "", "etcdserver: mvcc: database space exceeded", typeof(KubernetesApiException))]
    [InlineData(503, "ServiceUnavailable", "the server is shutting down", typeof(KubernetesApiException))]
    [InlineData(500, "InternalError", "etcdserver: request timed out", typeof(KubernetesOutcomeUnknownException))]
    [InlineData(500, "InternalError", "etcdserver: leader changed", typeof(KubernetesOutcomeUnknownException))]
    [InlineData(503, "", "upstream connect error", typeof(KubernetesOutcomeUnknownException))]
    public async Task Write_answered_with_5xx_is_refused_only_if_certain(
        int code, string reason, string message, Type kind)
    {
        _server.Then(code, FakeApiServer.Status(code, reason, message.Replace("\"", "\\\"", StringComparison.Ordinal)));

        (await Should.ThrowAsync<KubernetesException>(() => _client.UpdateStatusAsync(Stored()))).ShouldBeOfType(kind);
    }

    [Fact]
    public async Task Proxy_503_leaves_outcome_of_write_unknown()
    {
        _server.Then(503, "<html>a proxy</html>");

        await Should.ThrowAsync<KubernetesOutcomeUnknownException>(() => _client.UpdateStatusAsync(Stored()));
    }

    [Fact]
    public async Task Forbidden_names_verb_resource_and_way_out()
    {
        _server.Then(403, FakeApiServer.Status(403, "Forbidden", "no"));

        var error = await Should.ThrowAsync<KubernetesForbiddenException>(() => _client.UpdateStatusAsync(Stored()));

        error.Message.ShouldBeWorded();
    }

    [Fact]
    public async Task An_invalid_object_comes_with_its_causes()
    {
        _server.Then(
            422,
            """{"status":"Failure","code":422,"reason":"Invalid","message":"m","details":{"causes":[{"reason":"FieldValueInvalid","message":"must be positive","field":"spec.size"}]}}""");

        var error = await Should.ThrowAsync<KubernetesInvalidException>(() => _client.CreateAsync(Widget.Named("w")));

        error.Status.Details.Causes.ShouldHaveSingleItem().Field.ShouldBe("spec.size");
    }

    [Fact]
    public async Task A_read_goes_on_through_passing_faults()
    {
        _server.Then(500, FakeApiServer.Status(500, "InternalError"))
            .Then(503, "<html>a proxy</html>")
            .Then(429, FakeApiServer.Status(429, "TooManyRequests"), ("Retry-After", "0"))
            .Then(FakeApiServer.Stream(StreamEnd.Cut, "{\"metadata\""))
            .Then(200, FakeApiServer.Widget("w", "1"));

        (await _client.GetAsync<Widget>("w"))!.Metadata.ResourceVersion.ShouldBe("1");
    }

    [Fact]
    public async Task A_read_that_never_succeeds_ends_as_unreachable()
    {
        _server.Otherwise(c =>
        {
            c.Abort();
            return Task.CompletedTask;
        });

        await Should.ThrowAsync<KubernetesUnreachableException>(() => _client.GetAsync<Widget>("w"));
    }

    [Fact]
    public async Task Write_with_broken_connection_has_unknown_outcome_and_no_retry()
    {
        _server.Otherwise(c =>
        {
            c.Abort();
            return Task.CompletedTask;
        });

        var error =
            await Should.ThrowAsync<KubernetesOutcomeUnknownException>(() => _client.CreateAsync(Widget.Named("w")));

        error.Request.Verb.ShouldBe("create");
        await _server.NextRequestAsync();
        _server.RequestsWaiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_write_whose_answer_is_cut_has_an_unknown_outcome()
    {
        _server.Then(FakeApiServer.Stream(StreamEnd.Cut, "{\"metadata\""));

        await Should.ThrowAsync<KubernetesOutcomeUnknownException>(() => _client.CreateAsync(Widget.Named("w")));
    }

    [Fact]
    public async Task Write_without_answer_in_time_has_unknown_outcome()
    {
        var time = new ManualTimeProvider();
        var options = new KubernetesClientOptions();
        using var client = _server.Client(options, time: time);
        _server.Otherwise(context =>
        {
            time.Advance(options.RequestTimeout);
            return FakeApiServer.Stream(StreamEnd.Silence)(context);
        });

        var error =
            await Should.ThrowAsync<KubernetesOutcomeUnknownException>(() => client.CreateAsync(Widget.Named("w")));

        error.Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Write_rejected_by_429_is_retried()
    {
        _server.Then(
            429,
            FakeApiServer.Status(429, "TooManyRequests"),
            ("Retry-After", "0")).Then(201, FakeApiServer.Widget("w", "1"));

        (await _client.CreateAsync(Widget.Named("w"))).Metadata.ResourceVersion.ShouldBe("1");
    }

    [Fact]
    public async Task A_refused_connection_means_nothing_was_sent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://{listener.LocalEndpoint}/");
        listener.Stop();
        using var client = new KubernetesClient(
            new k8s.KubernetesClientConfiguration { Host = address.AbsoluteUri },
            RuntimeWorld.Json,
            new KubernetesClientOptions { RetryDelay = TimeSpan.FromMilliseconds(1) });

        var error =
            await Should.ThrowAsync<KubernetesUnreachableException>(() => client.CreateAsync(Widget.Named("w")));

        error.Message.ShouldContain(address.ToString());
    }

    [Fact]
    public async Task Credentials_refused_once_are_fetched_anew_and_the_request_repeated()
    {
        using var client = _server.Client(tokens: new CountingTokens());
        var seen = new List<string>();
        var bodies = new List<string>();
        _server.Otherwise(async c =>
        {
            using var reader = new StreamReader(c.Request.Body);
            bodies.Add(await reader.ReadToEndAsync());
            seen.Add(c.Request.Headers.Authorization.ToString());
            await (seen.Count == 1
                ? Answer(c, 401, FakeApiServer.Status(401, "Unauthorized"))
                : Answer(c, 201, FakeApiServer.Widget("w", "1")));
        });

        await client.CreateAsync(Widget.Named("w"));

        seen.ShouldBe(["Bearer token-0", "Bearer token-1"]);
        bodies[0].ShouldContain("\"name\":\"w\"");
        bodies[1].ShouldBe(bodies[0]);
    }

    /// <summary>The package's own check accepts this certificate, because its authority is the right one.</summary>
    [Fact]
    public async Task Certificate_of_another_name_gets_no_request_and_no_token()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = EndlessServer.Certificate(key);
        var asked = 0;
        await using var server = new EndlessServer(
            _ => $"HTTP/1.1 200 OK\r\nContent-Length: {Interlocked.Increment(ref asked)}\r\n\r\n0!", "", certificate);
        KubernetesClient Named(string host) => new(
            new k8s.KubernetesClientConfiguration
            {
                Host = $"https://{host}:{server.Port}",
                AccessToken = "canary-token",
                SslCaCerts = [certificate],
            },
            RuntimeWorld.Json,
            new KubernetesClientOptions { ReadRetries = 0 });
        using var right = Named("127.0.0.1");
        using var wrong = Named("localhost");

        var error = await Should.ThrowAsync<KubernetesUnreachableException>(() => wrong.GetAsync<Widget>("w"));

        error.Message.ShouldBeWorded(server.Port);
        asked.ShouldBe(0);
        await Should.ThrowAsync<KubernetesUnreadableObjectException>(() => right.GetAsync<Widget>("w"));
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task Words_of_the_server_about_a_Secret_are_not_repeated()
    {
        _server.Then(
            400, FakeApiServer.Status(400, "BadRequest", "error found in #10 byte of ...|canary-password|..."));

        var error = await Should.ThrowAsync<KubernetesInvalidException>(
            () => _client.CreateAsync(new V1Secret { Metadata = new() { Name = "s" } }));

        error.ToString().ShouldNotContain("canary-password");
        error.Status.ToString().ShouldNotContain("canary-password");
    }

    [Fact]
    public async Task Lists_are_read_page_by_page()
    {
        _server.Then(
            200, """{"metadata":{"resourceVersion":"9","continue":"next page"},"items":["""
                + FakeApiServer.Widget("a", "1") + "]}")
            .Then(200, FakeApiServer.List("9", FakeApiServer.Widget("b", "2")));

        var list = await _client.ListAsync<Widget>(
            options: new ListOptions { LabelSelector = "a=b", FieldSelector = "metadata.name=x" });

        list.Items.Select(i => i.Metadata.Name).ShouldBe(["a", "b"]);
        list.ResourceVersion.ShouldBe("9");
        (await _server.NextRequestAsync()).ShouldBe(
            "GET /apis/test.drydock.dev/v1/widgets?limit=10&labelSelector=a%3Db&fieldSelector=metadata.name%3Dx");
        (await _server.NextRequestAsync()).ShouldContain("continue=next%20page");
    }

    [Fact]
    public async Task Unreadable_object_is_named_and_hides_no_other()
    {
        var bad = FakeApiServer.Widget("bad", "3", more: ""","spec":{"size":"huge"}""");
        _server.Otherwise(c => Answer(c, 200, FakeApiServer.List("9", FakeApiServer.Widget("a", "1"), bad)));

        var list = await _client.ListAsync<Widget>(options: new ListOptions { TolerateUnreadable = true });
        var error = await Should.ThrowAsync<KubernetesUnreadableObjectException>(() => _client.ListAsync<Widget>());

        list.Items.ShouldHaveSingleItem().Metadata.Name.ShouldBe("a");
        list.Unreadable.ShouldHaveSingleItem().Name.ShouldBe("bad");
        error.Message.ShouldBeWorded();
        error.Message.ShouldNotContain("huge");
    }

    [Fact]
    public async Task An_object_that_was_never_read_is_not_replaced() =>
        (await Should.ThrowAsync<ArgumentException>(() => _client.UpdateAsync(Widget.Named("w"))))
            .Message.ShouldBeWorded();

    [Fact]
    public async Task Bodies_carry_apiVersion_and_kind_and_deletions_their_conditions()
    {
        var bodies = new List<string>();
        _server.Otherwise(async c =>
        {
            using var reader = new StreamReader(c.Request.Body);
            bodies.Add($"{c.Request.ContentType}: {await reader.ReadToEndAsync()}");
            await Answer(c, 200, FakeApiServer.Widget("w", "2"));
        });

        await _client.CreateAsync(Widget.Named("w"));
        await _client.DeleteAsync<Widget>(
            "w",
            options: new DeleteOptions { Uid = "u1", ResourceVersion = "1" });

        bodies[0].ShouldStartWith("application/json: {");
        bodies[0].ShouldContain("\"apiVersion\":\"test.drydock.dev/v1\",\"kind\":\"Widget\"");
        bodies[1].ShouldContain("""{"uid":"u1","resourceVersion":"1"}""");
        (await _server.NextRequestAsync()).ShouldBe(
            "POST /apis/test.drydock.dev/v1/namespaces/default/widgets?fieldManager=drydock");
    }

    private static Widget Stored() =>
        Widget.Named("w") with
        {
            Metadata = new() { Name = "w", Namespace = "default", Uid = "u1", ResourceVersion = "1" },
        };

    private static Task Answer(HttpContext context, int code, string body)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsync(body);
    }

    private sealed class CountingTokens : IRenewableTokenProvider
    {
        private int _renewed;

        public Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken) =>
            Task.FromResult(new AuthenticationHeaderValue("Bearer", $"token-{_renewed}"));

        public Task RenewAsync(CancellationToken cancellationToken)
        {
            _renewed++;
            return Task.CompletedTask;
        }
    }
}
