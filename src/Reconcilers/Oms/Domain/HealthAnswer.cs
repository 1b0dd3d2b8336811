namespace Drydock.Reconcilers.Oms;

/// <summary>What a node says of its health. The endpoint is not documented (docs/research/oms.md#console-api), so only
/// a well-formed answer counts; everything else means that there is no endpoint.</summary>
/// <param name="Message">What was answered, or why nothing was, without a full stop.</param>
internal sealed record HealthAnswer(HealthState State, string Message)
{
    public static HealthAnswer Of(HttpAnswer answer) => IsHealthy(answer.Body) switch
    {
        true => new HealthAnswer(HealthState.Healthy, answer.Message),
        false => new HealthAnswer(HealthState.Unhealthy, $"{answer.Message} and says that OMS is not healthy"),
        null when answer.CanAsk && !answer.Serves => new HealthAnswer(HealthState.NotServing, answer.Message),
        _ => new HealthAnswer(HealthState.NoEndpoint, answer.Message),
    };

    public static bool? IsHealthy(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, OmsFilesJson.Default.HealthBody)?.Data?.Healthy;
        }
        catch (JsonException)
        {
            // A page of the console, of nginx, or of a login.
            return null;
        }
    }
}

internal enum HealthState
{
    Healthy,
    Unhealthy,

    /// <summary>The server answers, but not with its health; or it cannot be asked.</summary>
    NoEndpoint,

    NotServing,
}
