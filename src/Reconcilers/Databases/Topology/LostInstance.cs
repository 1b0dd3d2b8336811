namespace Drydock.Reconcilers.Databases;

/// <summary>What to do about an instance that does not come back, for messages that wait for it. Pure.</summary>
internal static class LostInstance
{
    public static string Advice(string instance) =>
        $"If its host is lost for good, remove {instance} from the database and add it to spec.skip.";
}
