namespace Drydock.Clients.Snapshots;

/// <summary>Whose mysqldump or mysql it is; their options differ.</summary>
internal enum ToolFlavour
{
    MariaDb,
    MySql,
}
