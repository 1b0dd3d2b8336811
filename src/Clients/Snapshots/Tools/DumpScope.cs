using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>What decides the flags of a dump.</summary>
/// <param name="Server">The kind of server.</param>
/// <param name="Routines">A database has procedures, functions or packages.</param>
/// <param name="Triggers">A database has triggers.</param>
/// <param name="Events">A database has events.</param>
/// <param name="MayLock">The user may lock the tables.</param>
public sealed record DumpScope(MySqlServerKind Server, bool Routines, bool Triggers, bool Events, bool MayLock = false);
