using Microsoft.AspNetCore.Http;

namespace Drydock.Cli.Dashboard;

/// <summary>Refuses every request that is not a read from the page itself: another host name (DNS rebinding), another
/// origin, a path without the token, another method than GET.</summary>
internal sealed class DashboardGate(string token)
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] Hosts = ["127.0.0.1", "localhost"];
    private readonly byte[] _token = Encoding.ASCII.GetBytes(token);

    public static void Protect(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    public (int StatusCode, string Message)? Check(HttpRequest request, out string path)
    {
        path = "";
        var host = request.Host;
        if (!Hosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase)
            || (host.Port ?? 80) != request.HttpContext.Connection.LocalPort)
        {
            return (
                StatusCodes.Status421MisdirectedRequest,
                "This address is not the dashboard's. Use the address that kubectl drydock dashboard printed.");
        }

        var parts = (request.Path.Value ?? "/")[1..].Split('/', 2);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(parts[0]), _token))
        {
            return (
                StatusCodes.Status404NotFound,
                "Nothing is here. Use the whole address that kubectl drydock dashboard printed.");
        }

        path = parts.Length == 2 ? parts[1] : "";
        if (!HttpMethods.IsGet(request.Method))
        {
            return (
                StatusCodes.Status405MethodNotAllowed, "Only GET is allowed: the dashboard is read-only.");
        }

        return request.Headers.Origin is { Count: > 0 } origin && origin != $"http://{request.Host}"
            ? (StatusCodes.Status403Forbidden, "The request does not come from the dashboard's page.")
            : null;
    }
}
