using System.Net.Sockets;

namespace Drydock.Tests.Unit.Clients.Safety;

/// <summary>The handler of every HTTP client, against sockets that answer as no good server does.</summary>
public sealed class OutcomeHandlerTests : IAsyncDisposable
{
    private const int Longest = 1 << 20;

    private readonly List<IDisposable> _mine = [];
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _serving = Task.CompletedTask;
    private int _requests;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _mine.ForEach(m => m.Dispose());
        _stop.Dispose();
    }

    [Theory]
    [InlineData("GET", "", HttpProblem.Interrupted, false)]
    [InlineData("POST", "", HttpProblem.Interrupted, true)]
    [InlineData("DELETE", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", HttpProblem.Interrupted, true)]
    [InlineData(
        "POST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", HttpProblem.Interrupted, true)]
    [InlineData("PUT", "SSH-2.0-OpenSSH\r\n", HttpProblem.Foreign, true)]
    [InlineData("GET", "SSH-2.0-OpenSSH\r\n", HttpProblem.Foreign, false)]
    public async Task Failure_says_whether_request_may_have_run(
        string method, string answer, HttpProblem problem, bool mayHaveRun)
    {
        Serve(_ => answer);

        var failure = await FailureAsync(Client(), method);

        (failure.Problem, failure.WasSent, failure.MayHaveRun).ShouldBe((problem, true, mayHaveRun));
        failure.Message.ShouldNotContain("OpenSSH");
        (mayHaveRun ? _requests : 1).ShouldBe(1, "a change is sent once; SocketsHttpHandler repeats reads");
    }

    [Fact]
    public async Task Change_without_body_is_sent_once_over_a_connection_that_was_used_before()
    {
        Serve(n => n == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" : "", keepOpen: true);
        var http = Client(connectionLife: Timeout.InfiniteTimeSpan);
        await (await http.GetAsync(Address("/"), Token)).Content.ReadAsByteArrayAsync(Token);

        (await FailureAsync(http, "POST")).MayHaveRun.ShouldBeTrue();
        _requests.ShouldBe(2);
    }

    [Fact]
    public async Task Refused_connection_did_not_run()
    {
        var http = Client();

        var failure = await FailureAsync(http, "POST");

        (failure.Problem, failure.WasSent, failure.MayHaveRun).ShouldBe((HttpProblem.Unreachable, false, false));
    }

    /// <summary>SocketsHttpHandler lets one through now and then.</summary>
    [Fact]
    public async Task Bare_socket_exception_may_have_run()
    {
        using var http = new HttpClient(new OutcomeHandler(
            new Throwing(), new OutcomeLimits(TimeSpan.FromSeconds(7), Longest), TimeProvider.System));

        (await FailureAsync(http, "POST")).MayHaveRun.ShouldBeTrue();
    }

    [Fact]
    public async Task Certificate_of_another_name_gets_no_request()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = EndlessServer.Certificate(key);
        await using var server = new EndlessServer(
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n!", "", certificate);
        var http = Client();

        var failure = await Should.ThrowAsync<HttpOutcomeException>(
            () => http.PostAsync(new Uri($"https://localhost:{server.Port}/"), null, Token));

        (failure.Problem, failure.WasSent).ShouldBe((HttpProblem.Handshake, false));
    }

    [Fact]
    public async Task Endless_answer_is_not_read()
    {
        await using var server = new EndlessServer(
            _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", $"1000\r\n{new string('x', 4096)}\r\n");

        var failure = await Should.ThrowAsync<HttpOutcomeException>(
            () => Client().PostAsync(new Uri($"http://127.0.0.1:{server.Port}/"), null, Token));

        (failure.Problem, failure.MayHaveRun).ShouldBe((HttpProblem.TooLong, true));
        failure.Message.ShouldContain("1 MiB");
        server.Sent.ShouldBeLessThan(Longest + EndlessServer.KernelBytes);
    }

    [Fact]
    public async Task Endless_refusal_is_an_answer_of_64_KiB()
    {
        await using var server = new EndlessServer(
            _ => "HTTP/1.1 409 X\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n",
            $"1000\r\n{new string('x', 4096)}\r\n");

        using var answer = await Client().PostAsync(new Uri($"http://127.0.0.1:{server.Port}/"), null, Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        (await answer.Content.ReadAsByteArrayAsync(Token)).Length.ShouldBe(OutcomeLimits.ErrorBytes);
        server.Sent.ShouldBeLessThan(EndlessServer.KernelBytes);
    }

    [Fact]
    public async Task Refusal_that_ends_early_is_an_answer()
    {
        Serve(_ => "HTTP/1.1 409 X\r\nContent-Length: 10\r\n\r\nhalf");

        using var answer = await Client().PostAsync(Address("/"), null, Token);

        (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token)).ShouldBe((HttpStatusCode.Conflict, "half"));
    }

    [Theory]
    [InlineData("POST", true)]
    [InlineData("GET", false)]
    public async Task Silence_ends_at_the_limit_and_is_not_repeated(string method, bool mayHaveRun)
    {
        var time = new ManualTimeProvider();
        Serve(_ => null);
        var waiting = FailureAsync(Client(time, retries: 3), method);

        await _asked.Task;
        time.Advance(TimeSpan.FromSeconds(7));

        var failure = await waiting;
        (failure.Problem, failure.MayHaveRun, failure.Message)
            .ShouldBe((HttpProblem.TimedOut, mayHaveRun, "no answer within 7 s"));
        _requests.ShouldBe(1);
    }

    [Fact]
    public async Task Cancellation_of_the_caller_stays_one()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Serve(_ => null);
        var waiting = Client().GetAsync(Address("/"), cancel.Token);

        await _asked.Task;
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 429 X\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    public async Task Read_is_repeated_and_a_change_never(string first)
    {
        Serve(n => n is 1 or 3 ? first : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        var http = Client(retries: 1);

        (await http.GetStringAsync(Address("/"), Token)).ShouldBe("good");
        _requests.ShouldBe(2);
        await Record.ExceptionAsync(async () => (await http.PostAsync(Address("/"), null, Token)).Dispose());
        _requests.ShouldBe(3);
    }

    [Theory]
    [InlineData("HTTP/1.1 429 X\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", 2)]
    [InlineData("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", 1)]
    [InlineData("", 1)]
    public async Task Change_is_repeated_only_after_a_refusal_that_did_nothing(string first, int requests)
    {
        Serve(n => n == 1 ? first : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        var http = Client(retries: 1, refusals: [HttpStatusCode.TooManyRequests]);
        using var body = new StringContent("body");

        await Record.ExceptionAsync(async () => (await http.PostAsync(Address("/"), body, Token)).Dispose());

        _requests.ShouldBe(requests);
    }

    [Fact]
    public async Task Stream_without_end_ends_after_a_silence_but_not_while_its_reader_works()
    {
        var time = new ManualTimeProvider();
        Serve(n => n == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" : "", keepOpen: true);
        using var request = new HttpRequestMessage(HttpMethod.Get, Address("/"));
        new RequestTerms(IsStreamed: true, Silence: TimeSpan.FromSeconds(90)).SetFor(request);
        using var answer = await Client(time, retries: 1).SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, Token);
        await using var body = await answer.Content.ReadAsStreamAsync(Token);
        await body.ReadExactlyAsync(new byte[2], Token);
        time.Advance(TimeSpan.FromHours(1));
        await body.ReadExactlyAsync(new byte[2], Token);

        var waiting = body.ReadExactlyAsync(new byte[1], Token);
        time.Advance(TimeSpan.FromSeconds(90));

        (await Should.ThrowAsync<HttpOutcomeException>(async () => await waiting)).Problem
            .ShouldBe(HttpProblem.TimedOut);
        _requests.ShouldBe(1);
    }

    [Fact]
    public async Task A_post_that_only_reads_is_repeated()
    {
        Serve(n => n == 1 ? "" : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        using var request = new HttpRequestMessage(HttpMethod.Post, Address("/")) { Content = new StringContent("{}") };
        new RequestTerms(IsRead: true).SetFor(request);

        using var answer = await Client(retries: 1).SendAsync(request, Token);

        (await answer.Content.ReadAsStringAsync(Token)).ShouldBe("good");
    }

    [Fact]
    public async Task Streamed_body_has_no_limit_of_length_and_types_its_failures()
    {
        Serve(_ => $"HTTP/1.1 200 OK\r\nContent-Length: {(2 * Longest) + 1}\r\n\r\n{new string('x', 2 * Longest)}");
        using var request = new HttpRequestMessage(HttpMethod.Get, Address("/"));
        new RequestTerms(IsStreamed: true).SetFor(request);
        using var answer = await Client().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        await using var body = await answer.Content.ReadAsStreamAsync(Token);

        await body.ReadExactlyAsync(new byte[2 * Longest], Token);
        var failure = await Should.ThrowAsync<HttpOutcomeException>(
            async () => await body.ReadExactlyAsync(new byte[1], Token));

        (failure.Problem, failure.WasSent, failure.MayHaveRun).ShouldBe((HttpProblem.Interrupted, true, false));
    }

    [Fact]
    public async Task Streamed_body_ends_at_the_limit_of_its_request()
    {
        var time = new ManualTimeProvider();
        Serve(_ => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", keepOpen: true);
        using var request = new HttpRequestMessage(HttpMethod.Get, Address("/"));
        new RequestTerms(TimeSpan.FromSeconds(9), IsStreamed: true).SetFor(request);
        using var answer = await Client(time).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        await using var body = await answer.Content.ReadAsStreamAsync(Token);
        await body.ReadExactlyAsync(new byte[4], Token);

        var waiting = body.ReadExactlyAsync(new byte[1], Token);
        time.Advance(TimeSpan.FromSeconds(9));

        (await Should.ThrowAsync<HttpOutcomeException>(async () => await waiting)).Message.ShouldBeWorded();
    }

    private HttpClient Client(
        TimeProvider? time = null, int retries = 0, TimeSpan connectionLife = default,
        HttpStatusCode[]? refusals = null)
    {
        var inner = new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = connectionLife };
        var limits = new OutcomeLimits(TimeSpan.FromSeconds(7), Longest)
        {
            ReadRetries = retries,
            FirstRetryAfter = TimeSpan.FromMilliseconds(1),
            Refusals = refusals ?? []
        };
        var http = new HttpClient(new OutcomeHandler(inner, limits, time ?? TimeProvider.System))
        {
            Timeout = Timeout.InfiniteTimeSpan
        };
        _mine.Add(http);
        return http;
    }

    private Uri Address(string path) => new($"http://127.0.0.1:{(_listener.Server.IsBound ? Port : 1)}{path}");

    private async Task<HttpOutcomeException> FailureAsync(HttpClient http, string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Address("/"));
        return await Should.ThrowAsync<HttpOutcomeException>(
            () => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token));
    }

    // Answers the requests by their number, and closes the connection after an answer; null never answers.
    private void Serve(Func<int, string?> answer, bool keepOpen = false)
    {
        _listener.Start();
        _serving = AcceptAsync(answer, keepOpen);
    }

    private async Task AcceptAsync(Func<int, string?> answer, bool keepOpen)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                do
                {
                    await RequestAsync(stream);
                    var number = Interlocked.Increment(ref _requests);
                    _asked.TrySetResult();
                    var text = answer(number);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(text ?? ""), _stop.Token);
                    if (text is null)
                    {
                        await Task.Delay(Timeout.Infinite, _stop.Token);
                    }

                    keepOpen &= text!.Length > 0;
                }
                while (keepOpen);
            }
        }
        catch (Exception e)
            when (e is OperationCanceledException or InvalidOperationException or SocketException or IOException)
        {
            // The test is over.
        }
    }

    private async Task RequestAsync(NetworkStream stream)
    {
        var header = new StringBuilder();
        var one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            header.Append((char)one[0]);
        }

        var length = header.ToString().Split("\r\n").FirstOrDefault(
            l => l.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        await stream.ReadExactlyAsync(
            new byte[int.Parse(length?[16..] ?? "0", System.Globalization.CultureInfo.InvariantCulture)], _stop.Token);
    }

    private sealed class Throwing : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new SocketException((int)SocketError.ConnectionReset);
    }
}
