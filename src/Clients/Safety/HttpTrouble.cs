using System.Net.Http;

namespace Drydock.Clients.Safety;

/// <summary>
/// Says why there was no HTTP answer, without a word of what came instead: it is written by somebody else, and messages
/// go into a status.
/// </summary>
public static class HttpTrouble
{
    private const int MaxCharacters = 300;

    /// <summary>Whether what came is not HTTP, or has longer headers than any good answer.</summary>
    public static bool IsForeign(Exception exception) =>
        Error(exception) is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded;

    /// <summary>Describes a failure.</summary>
    public static string Describe(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Error(exception) switch
        {
            HttpRequestError.InvalidResponse => "the answer is not HTTP",
            HttpRequestError.ConfigurationLimitExceeded => "the headers of the answer are longer than 64 KiB",
            _ => Clip(exception.GetBaseException().Message, MaxCharacters),
        };
    }

    /// <summary>The beginning of a text of somebody else's, as one that fits into a message.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxCharacters">How long it may be.</param>
    public static string Clip(string text, int maxCharacters)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= maxCharacters)
        {
            return text;
        }

        var end = maxCharacters - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }

    private static HttpRequestError? Error(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request:
                    return request.HttpRequestError;
                case HttpIOException answer:
                    return answer.HttpRequestError;
                default:
                    break;
            }
        }

        return null;
    }
}
