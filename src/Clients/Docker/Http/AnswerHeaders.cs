namespace Drydock.Clients.Docker.Http;

/// <summary>Reads headers of answers.</summary>
internal static class AnswerHeaders
{
    public static string? First(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? values.FirstOrDefault() : null;
}
