namespace Drydock.Clients.Docker;

/// <summary>The engine writes an exec's command line and a health state behind the verb, after a colon.</summary>
internal static class EventVerb
{
    public static Message Split(Message message)
    {
        var colon = message.Action.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? message : message with { Action = message.Action[..colon], ActionDetail = message.Action[(colon + 1)..].Trim() };
    }
}
