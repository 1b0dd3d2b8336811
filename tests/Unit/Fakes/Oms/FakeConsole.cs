namespace Drydock.Tests.Unit.Fakes;

/// <summary>A console that answers each request as a test says, and keeps what was asked.</summary>
internal sealed class FakeConsole(Func<FakeConsole.Asked, HttpResponseMessage> answer) : HttpMessageHandler
{
    public const string Password = "obviously-false-Pa55";

    /// <summary>A request.</summary>
    public sealed record Asked(HttpMethod Method, Uri Address, string? Authorization, string Body, int Number)
    {
        public string Action => Address.Query.Length > 8 ? Address.Query["?Action=".Length..] : Address.AbsolutePath;
    }

    public List<Asked> Requests { get; } = [];

    public static HttpOmsApi Api(FakeConsole console, TimeProvider? time = null) =>
        new(new OmsApiTarget(new Uri("http://192.0.2.216:8089"), "operator", new Secret(Password)), console, time
            ?? TimeProvider.System);

    public static HttpResponseMessage Json(
        string body, HttpStatusCode status = HttpStatusCode.OK, DateTimeOffset? date = null) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json"), Headers = { Date = date } };

    public static HttpResponseMessage Page(HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent("<html><title>OMS</title></html>", Encoding.UTF8, "text/html") };

    /// <summary>An answer as the vendor's documents print it.</summary>
    public static HttpResponseMessage Good(string data, DateTimeOffset? date = null) => Json(
        $$"""{"success":true,"errorDetail":null,"code":null,"message":null,"advice":null,"requestId":"a7b57","pageNumber":null,"pageSize":null,"totalCount":null,"cost":"27 ms","data":{{data}}}""",
        date: date);

    public static HttpResponseMessage Bad(string code, string message, HttpStatusCode status = HttpStatusCode.OK) =>
        Json(
            $$"""{"success":false,"errorDetail":{},"code":"{{code}}","message":"{{message}}","advice":"look there","requestId":"r1","data":null}""",
            status);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var asked = new Asked(
            request.Method, request.RequestUri!, request.Headers.Authorization?.ToString(), body, Requests.Count + 1);
        Requests.Add(asked);
        return answer(asked);
    }
}
