namespace Drydock.Reconcilers.Upgrades;

/// <summary>Something the account may not do.</summary>
/// <param name="Privilege">The privilege's name as in GRANT, for instance <c>DROP</c>.</param>
/// <param name="Database">The database it is missing on; null for a global one.</param>
/// <param name="Purpose">Its purpose, in a few words.</param>
/// <param name="Required">False if the upgrade can do without, or if it could not be made out (privileges through a
/// role).</param>
/// <param name="Message">A sentence with the GRANT that gives it.</param>
internal sealed record MissingPrivilege(
    string Privilege, string? Database, string Purpose, bool Required, string Message)
{
    /// <summary>
    /// True if without it the server hides views, triggers, events or routines from the account, so that no check can
    /// tell whether they are missing from a dump.
    /// </summary>
    public bool ShowsObjects { get; init; }
}
