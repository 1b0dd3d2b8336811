using System.Net.Http.Headers;

namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>Asks the console of a node.</summary>
internal sealed class ConsoleApi : IDisposable
{
    private readonly HttpClient _http;

    public ConsoleApi(OmsNode node, string password = OmsCanaries.ApiPassword, int port = 8089)
    {
        _http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseProxy = false })
        {
            BaseAddress = new Uri(FormattableString.Invariant($"http://{node.Host.Address}:{port}"))
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{OmsScenario.ApiUser}:{password}")));
    }

    public async Task<HttpResponseMessage> PostAsync(string action, string body = "{}")
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _http.PostAsync(new Uri($"/api/v2?Action={action}", UriKind.Relative), content);
    }

    public async Task<JsonNode> AskAsync(string action, string body = "{}")
    {
        using var response = await PostAsync(action, body);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative));

    /// <summary>Waits until nginx hands on to a console.</summary>
    public Task ServesAsync() =>
        Deadline.UntilAsync("the console to serve", async token =>
            (await _http.GetAsync(new Uri("/", UriKind.Relative), token)).IsSuccessStatusCode);

    public void Dispose() => _http.Dispose();
}
