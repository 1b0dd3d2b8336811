using System.Net.Sockets;

namespace Drydock.Tests.Unit.Databases;

/// <summary>HTTP to the processes of a database, against a socket that says what a test wants.</summary>
public sealed class ServiceHttpTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly ServiceHttp _http = new(null, TimeProvider.System, EndpointPolicy.Unrestricted);
    private readonly List<string> _requests = [];

    public ServiceHttpTests() => _server.Start();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(200, "application/json; charset=utf-8", "{\"a\":1}", "application/json")]
    [InlineData(200, "text/html", "Unable to locate leader master", "text/html")]
    [InlineData(500, "text/plain", "redirect failed", "text/plain")]
    [InlineData(503, null, "", null)]
    public async Task ServiceHttp_returns_answer_for_any_status(int status, string? type, string body, string? seen)
    {
        var serving = ServeAsync(
            $"HTTP/1.1 {status} X\r\n{(type is null ? "" : $"Content-Type: {type}\r\n")}Content-Length: "
            + $"{body.Length}\r\n\r\n{body}");

        var answer = await _http.GetAsync("127.0.0.1", Port, "/pd/api/v1/stores?state=0&state=1", Token);

        answer.ShouldBe(new ServiceAnswer(status, seen, body));
        await serving;
        _requests[0].ShouldStartWith("GET /pd/api/v1/stores?state=0&state=1 HTTP/1.1");
    }

    [Fact]
    public async Task SendAsync_sends_body_as_json()
    {
        var serving = ServeAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull");

        await _http.SendAsync(HttpMethod.Post, "127.0.0.1", Port, "/pd/api/v1/schedulers", "{\"store_id\":1}", Token);

        await serving;
        _requests[0].ShouldContain("Content-Type: application/json");
        _requests[0].ShouldEndWith("{\"store_id\":1}");
    }

    [Fact]
    public async Task Redirect_is_returned_and_not_followed()
    {
        var serving = ServeAsync("HTTP/1.1 307 Moved\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n");

        (await _http.GetAsync("127.0.0.1", Port, "/", Token)).Status.ShouldBe(307);
        await serving;
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Change_with_lost_answer_is_sent_once_and_outcome_unknown(string method)
    {
        var answered = ServeAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull");
        await _http.GetAsync("127.0.0.1", Port, "/", Token);
        await answered;
        var serving = ServeAsync(answer: null);

        var trouble = await Should.ThrowAsync<ServiceException>(
            () => _http.SendAsync(new HttpMethod(method), "127.0.0.1", Port, "/pd/api/v1/leader/resign", null, Token));

        await serving;
        (trouble.Reason, trouble.IsRequestNotTaken, trouble.IsAnswerLost)
            .ShouldBe((Reasons.HostUnreachable, false, true));
        _server.Pending().ShouldBeFalse();
        _requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Refused_connection_is_reported_as_request_not_taken()
    {
        var port = Port;
        _server.Stop();

        var trouble = await Should.ThrowAsync<ServiceException>(
            () => _http.GetAsync("127.0.0.1", port, "/status", Token));

        (trouble.Reason, trouble.IsRequestNotTaken).ShouldBe((Reasons.HostUnreachable, true));
        trouble.Message.ShouldStartWith($"GET http://127.0.0.1:{port}/status: ");
    }

    [Fact]
    public async Task Body_above_length_limit_is_unusable_answer()
    {
        var serving = ServeAsync(
            $"HTTP/1.1 200 OK\r\nContent-Length: {ServiceHttp.LongestBody + 1}\r\n"
            + $"\r\n{new string('x', ServiceHttp.LongestBody + 1)}");

        (await Should.ThrowAsync<ServiceException>(() => _http.GetAsync("127.0.0.1", Port, "/", Token))).Reason
            .ShouldBe(Reasons.AnswerUnusable);
        await serving;
    }

    [Fact]
    public async Task Body_that_is_read_while_it_arrives_has_no_length_limit()
    {
        var serving = ServeAsync(
            $"HTTP/1.1 200 OK\r\nContent-Length: {ServiceHttp.LongestBody + 1}\r\n"
            + $"\r\n{new string('x', ServiceHttp.LongestBody + 1)}");

        var length = await _http.ReadAsync(
            "127.0.0.1",
            Port,
            "/",
            async (answer, token) =>
            {
                var (buffer, sum) = (new byte[65536], 0);
                for (var read = 1; read > 0; sum += read)
                {
                    read = await answer.Content.ReadAsync(buffer, token);
                }

                return (answer.Status, sum);
            },
            Token);

        length.ShouldBe((200, ServiceHttp.LongestBody + 1));
        await serving;
    }

    [Fact]
    public async Task Truncated_body_is_reported_as_lost_answer()
    {
        var serving = ServeAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"stores\":");

        (await Should.ThrowAsync<ServiceException>(() => _http.GetAsync("127.0.0.1", Port, "/", Token))).IsAnswerLost
            .ShouldBeTrue();
        await serving;
    }

    [Theory]
    [InlineData("h", "no-slash")]
    [InlineData("h h", "/")]
    public async Task Invalid_address_is_reported_as_request_not_taken(string host, string path) =>
        (await Should.ThrowAsync<ServiceException>(() => _http.GetAsync(host, 80, path, Token))).IsRequestNotTaken
            .ShouldBeTrue();

    [Fact]
    public async Task Digest_is_answered_with_login_of_spec()
    {
        using var http = new ServiceHttp(
            null, TimeProvider.System, EndpointPolicy.Unrestricted, new ServiceLogin("admin", "canary"));
        var serving = ServeTwiceAsync(Challenge, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

        (await http.SendAsync(HttpMethod.Post, "127.0.0.1", Port, "/x", "{}", Token)).Body.ShouldBe("ok");

        await serving;
        var header = _requests[1].Split("\r\n").Single(
            line => line.StartsWith("Authorization: Digest ", StringComparison.Ordinal));
        string Part(string name) => Regex.Match(header, $"{name}=\"?([^\",]+)").Groups[1].Value;
        (Part("username"), Part("realm"), Part("uri")).ShouldBe(("admin", "0.0.0.0:7000", "/x"));
        var expected = Md5(
            $"{Md5("admin:0.0.0.0:7000:canary")}:17:{Part("nc")}:{Part("cnonce")}:auth:{Md5("POST:/x")}");
        Part("response").ShouldBe(expected);
        _requests[1].ShouldEndWith("{}");
    }

    [Theory]
    [InlineData(false, "a login is required (401, Digest ")]
    [InlineData(true, "the login of the Secret of spec.access.webCredentialsSecretRef was refused (401, Digest ")]
    public async Task Missing_or_wrong_login_names_the_field(bool hasLogin, string text)
    {
        using var http = new ServiceHttp(
            null, TimeProvider.System, EndpointPolicy.Unrestricted,
            hasLogin ? new ServiceLogin("admin", "canary") : null);
        var serving = hasLogin ? ServeTwiceAsync(Challenge, Challenge) : ServeAsync(Challenge);

        var trouble = await Should.ThrowAsync<ServiceException>(() => http.GetAsync("127.0.0.1", Port, "/", Token));

        await serving;
        (trouble.Reason, trouble.Field, trouble.IsRequestNotTaken)
            .ShouldBe((Reasons.AccessDenied, "spec.access.webCredentialsSecretRef", true));
        trouble.Message.ShouldContain(text);
        trouble.Message.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Basic_login_is_never_sent_without_tls()
    {
        using var http = new ServiceHttp(
            null, TimeProvider.System, EndpointPolicy.Unrestricted, new ServiceLogin("admin", "canary"));
        var serving = ServeAsync("HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n");

        await Should.ThrowAsync<ServiceException>(() => http.GetAsync("127.0.0.1", Port, "/", Token));

        await serving;
        _server.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task Login_that_is_sent_unasked_is_in_every_request()
    {
        using var http = new ServiceHttp(
            null, TimeProvider.System, EndpointPolicy.Unrestricted,
            new ServiceLogin("admin", "canary") { IsSentUnasked = true }, "spec.tidb.dashboards.credentialsSecretRef");
        var serving = ServeTwiceAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n");

        (await http.GetAsync("127.0.0.1", Port, "/api/org", Token)).Body.ShouldBe("ok");
        var trouble = await Should.ThrowAsync<ServiceException>(
            () => http.GetAsync("127.0.0.1", Port, "/api/org", Token));

        await serving;
        _requests.ShouldAllBe(r => r.Contains("Authorization: Basic YWRtaW46Y2FuYXJ5", StringComparison.Ordinal));
        (trouble.Reason, trouble.Field).ShouldBe((Reasons.AccessDenied, "spec.tidb.dashboards.credentialsSecretRef"));
        trouble.Message.ShouldBeWorded(Port);
        trouble.Message.ShouldNotContain("canary");
    }

    [Fact]
    public void Invalid_tls_material_is_reported_without_its_content()
    {
        var trouble = Should.Throw<ServiceException>(
            () => new ServiceHttp(new ServiceTlsMaterial("canary"u8.ToArray(), null, null), TimeProvider.System));

        trouble.Message.ShouldNotContain("canary");
        trouble.InnerException.ShouldBeNull();
    }

    private const string Challenge =
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest qop=\"auth\", realm=\"0.0.0.0:7000\", nonce=\"17\"\r\n"
        + "Content-Length: 0\r\nConnection: close\r\n\r\n";

    // What RFC 2617 says that a digest is, with MD5 as YugabyteDB wants it.
#pragma warning disable CA5351
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(text)));
#pragma warning restore CA5351

    private async Task ServeTwiceAsync(string first, string second)
    {
        await ServeAsync(first);
        await ServeAsync(second);
    }

    // Takes one connection, reads a request, says the answer, and closes.
    private async Task ServeAsync(string? answer)
    {
        using var client = await _server.AcceptTcpClientAsync(Token);
        var stream = client.GetStream();
        var request = new StringBuilder();
        var buffer = new byte[4096];
        do
        {
            request.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, Token)));
        }
        while (!IsWhole(request.ToString()));
        _requests.Add(request.ToString());
        if (answer is not null)
        {
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), Token);
            }
            catch (IOException)
            {
                // The other side has read as much as it wanted.
                return;
            }
        }
    }

    private static bool IsWhole(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        const string Length = "Content-Length: ";
        var at = request.IndexOf(Length, StringComparison.Ordinal);
        var length = at < 0
            ? 0
            : int.Parse(
                request[(at + Length.Length)..request.IndexOf('\r', at)],
                System.Globalization.CultureInfo.InvariantCulture);
        return request.Length >= end + 4 + length;
    }
}
