namespace Drydock.Clients.Safety;

/// <summary>Describes why there was no HTTP answer. The description contains nothing of the received data, because
/// messages are written into a status and the data comes from an unknown party.</summary>
public static class HttpFailure
{
    private const int MaxCharacters = 300;

    public static bool IsForeign(Exception exception) =>
        Error(exception) is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded;

    public static string Describe(Exception exception)
    {
        return Error(exception) switch
        {
            HttpRequestError.InvalidResponse => "the answer is not HTTP",
            HttpRequestError.ResponseEnded => "the server closed the connection before the end of its answer",
            HttpRequestError.ConfigurationLimitExceeded => "the headers of the answer are longer than 64 KiB",
            _ => Sentences.Open(ForeignText.Words(exception.GetBaseException().Message, MaxCharacters)),
        };
    }

    private static HttpRequestError? Error(Exception? exception) => exception switch
    {
        null => null,
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request => request.HttpRequestError,
        HttpIOException answer => answer.HttpRequestError,
        _ => Error(exception.InnerException),
    };
}
