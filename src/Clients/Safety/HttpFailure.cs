using System.Net.Http;
using Drydock.Abstractions.Values;

namespace Drydock.Clients.Safety;

/// <summary>
/// Describes why there was no HTTP answer. The description contains nothing of the received data, because messages are
/// written into a status and the data comes from an unknown party.
/// </summary>
public static class HttpFailure
{
    private const int MaxCharacters = 300;

    /// <summary>Whether the answer is not HTTP, or has longer headers than any valid answer.</summary>
    public static bool IsForeign(Exception exception) =>
        Error(exception) is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded;

    /// <summary>Describes a failure, without a full stop of its own.</summary>
    public static string Describe(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Error(exception) switch
        {
            HttpRequestError.InvalidResponse => "the answer is not HTTP",
            HttpRequestError.ConfigurationLimitExceeded => "the headers of the answer are longer than 64 KiB",
            _ => Sentences.Open(Clip(exception.GetBaseException().Message, MaxCharacters)),
        };
    }

    /// <summary>The beginning of a text from another program, short enough for a message.</summary>
    /// <param name="maxCharacters">Maximum length.</param>
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
