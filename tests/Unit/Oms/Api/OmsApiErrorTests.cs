using static Drydock.Tests.Unit.Fakes.FakeConsole;

namespace Drydock.Tests.Unit.Oms;

/// <summary>Everything that is no answer with success: true, and what is made of it.</summary>
public sealed class OmsApiErrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PARAM_ERROR", "password is not a parameter", nameof(OmsApiErrorKind.Refused))]
    [InlineData("GHANA-OPERAT000001", "operation failed", nameof(OmsApiErrorKind.Refused))]
    [InlineData("USER_AUTH_FAILED", "wrong", nameof(OmsApiErrorKind.Denied))]
    [InlineData("GHANA-USER000003", "password has expired", nameof(OmsApiErrorKind.Denied))]
    [InlineData("X", "用户密码已过期", nameof(OmsApiErrorKind.Denied))]
    public async Task Success_false_with_HTTP_200_is_a_refusal(
        string code, string message, string kind)
    {
        var refusal = await Refusal(_ => Bad(code, message));

        refusal.Kind.ShouldBe(Enum.Parse<OmsApiErrorKind>(kind));
        refusal.Message.ShouldContain(code);
        refusal.Message.ShouldContain(message);
        refusal.Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Expired_password_is_named_in_the_error() =>
        (await Refusal(_ => Bad("GHANA-USER000003", "password has expired"))).Message.ShouldContain("has expired");

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, nameof(OmsApiErrorKind.Denied))]
    [InlineData(HttpStatusCode.Forbidden, nameof(OmsApiErrorKind.Denied))]
    [InlineData(HttpStatusCode.NotFound, nameof(OmsApiErrorKind.Absent))]
    [InlineData(HttpStatusCode.MethodNotAllowed, nameof(OmsApiErrorKind.Absent))]
    [InlineData(HttpStatusCode.BadRequest, nameof(OmsApiErrorKind.Refused))]
    [InlineData(HttpStatusCode.OK, nameof(OmsApiErrorKind.Absent))]
    public async Task Web_page_is_classified_by_its_status(HttpStatusCode status, string kind) =>
        (await Refusal(_ => Page(status))).Kind.ShouldBe(Enum.Parse<OmsApiErrorKind>(kind));

    [Theory]
    [InlineData("/login", nameof(OmsApiErrorKind.Denied))]
    [InlineData("https://oms.example:8089/api/v2", nameof(OmsApiErrorKind.Absent))]
    public async Task Redirect_is_not_followed(string to, string kind)
    {
        var refusal = await Refusal(_ => new HttpResponseMessage(HttpStatusCode.Found)
        {
            Headers = { Location = new Uri(to, UriKind.RelativeOrAbsolute) }
        });

        refusal.Kind.ShouldBe(Enum.Parse<OmsApiErrorKind>(kind));
        refusal.Message.ShouldContain(to);
    }

    [Fact]
    public async Task Envelope_with_HTTP_401_is_a_refused_login() =>
        (await Refusal(_ => Bad("X", "no", HttpStatusCode.Unauthorized))).Kind.ShouldBe(OmsApiErrorKind.Denied);

    [Fact]
    public async Task Success_true_with_an_HTTP_error_is_a_refusal() =>
        (await Refusal(
            _ => Json("""{"success":true,"data":{"id":"np_1","status":"RUNNING"}}""", HttpStatusCode.Conflict))).Kind
            .ShouldBe(OmsApiErrorKind.Refused);

    [Theory]
    [InlineData("""{"data":{"id":"np_1","status":"RUNNING"}}""")]
    [InlineData("""{"success":"maybe","data":{"id":"np_1","status":"RUNNING"}}""")]
    [InlineData("""{"success":true,"data":{"id":"np_1","sta""")]
    [InlineData("""{"success":true,"data":null}""")]
    [InlineData("""{"success":true}""")]
    [InlineData("""{"success":true,"data":[1,2]}""")]
    [InlineData("""{"success":true,"data":{"id":"np_1"}}""")]
    [InlineData("")]
    [InlineData("[]")]
    public async Task Undocumented_answer_is_unreadable(string body) =>
        (await Refusal(_ => Json(body))).Kind.ShouldBe(OmsApiErrorKind.Unreadable);

    [Fact]
    public async Task Endless_answer_is_refused_at_16_MiB()
    {
        var refusal = await Refusal(
            _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Endless()) });

        refusal.Kind.ShouldBe(OmsApiErrorKind.Unreadable);
        refusal.Message.ShouldContain("16 MiB");
    }

    [Theory]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task Read_is_repeated_on_gateway_errors(HttpStatusCode status)
    {
        using var console = new FakeConsole(
            asked => asked.Number < 3 ? Page(status) : Good("""{"id":"np_1","status":"RUNNING"}"""));
        using var api = Api(console, new InstantTime());

        (await api.ProgressAsync("np_1", Token)).Status.ShouldBe("RUNNING");
        console.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Unreachable_console_is_asked_four_times()
    {
        using var console = new FakeConsole(
            _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        using var api = Api(console, new InstantTime());

        var refusal = await Should.ThrowAsync<OmsApiException>(() => api.ProgressAsync("np_1", Token));

        refusal.Kind.ShouldBe(OmsApiErrorKind.Unreachable);
        refusal.Message.ShouldBeWorded();
        console.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("PARAM_ERROR")]
    [InlineData("GHANA-OPERAT000001")]
    public async Task Refused_read_is_not_repeated(string code)
    {
        using var console = new FakeConsole(_ => Bad(code, "no"));
        using var api = Api(console, new InstantTime());

        await Should.ThrowAsync<OmsApiException>(() => api.ProgressAsync("np_1", Token));
        console.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Silent_console_is_asked_once_and_times_out()
    {
        var time = new ManualTimeProvider();
        using var handler = new Silent();
        using var api = new HttpOmsApi(
            new OmsApiTarget(new Uri("http://192.0.2.216:8089"), "u", new Secret(Password)), handler, time);

        var asking = api.ProgressAsync("np_1", Token);
        await handler.Asked;
        time.Advance(TimeSpan.FromMinutes(1));

        var refusal = await Should.ThrowAsync<OmsApiException>(() => asking);
        refusal.Kind.ShouldBe(OmsApiErrorKind.Unreachable);
        refusal.Message.ShouldContain("20 s");
        handler.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Cancellation_is_not_an_API_error()
    {
        using var cancelled = new CancellationTokenSource();
        using var handler = new Silent();
        using var api = new HttpOmsApi(
            new OmsApiTarget(new Uri("http://192.0.2.216:8089"), "u", new Secret(Password)), handler,
            TimeProvider.System);

        var asking = api.ProgressAsync("np_1", cancelled.Token);
        await handler.Asked;
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task No_error_holds_the_password_in_any_form()
    {
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"operator:{Password}"));
        foreach (var echo in new[] { Password, login, Uri.EscapeDataString(Password) })
        {
            (await Refusal(_ => Bad("X" + echo, $"you sent {echo}"))).ToString().ShouldNotContain(echo);
        }
    }

    private static async Task<OmsApiException> Refusal(Func<FakeConsole.Asked, HttpResponseMessage> answer)
    {
        using var console = new FakeConsole(answer);
        using var api = Api(console, new InstantTime());
        return await Should.ThrowAsync<OmsApiException>(() => api.ProgressAsync("np_1", Token));
    }

    /// <summary>Bytes without end.</summary>
    private sealed class Endless : MemoryStream
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)' ');
            return buffer.Length;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));
    }

    /// <summary>Never answers.</summary>
    private sealed class Silent : HttpMessageHandler
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public int Count { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count++;
            _asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("never reached");
        }
    }
}
