using System.Text;

namespace Drydock.Clients.Docker.Http;

/// <summary>The first part of a refusal's body.</summary>
internal static class ErrorBody
{
    private const int MaxBytes = 64 * 1024;

    public static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes];
        var length = 0;
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                length = await stream.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The status is the answer; a text that broke off only leaves it without its reason.
            return "";
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
