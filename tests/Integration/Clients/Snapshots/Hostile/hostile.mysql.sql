-- What only MySQL 8 and later have, or write in their own words: SRID, expressions as defaults, invisible columns and
-- indexes, a table without a primary key.
USE h;
CREATE TABLE geo (id INT PRIMARY KEY, g GEOMETRY, p POINT NOT NULL SRID 4326, SPATIAL INDEX(p)); INSERT INTO geo VALUES (1, ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))'), ST_PointFromText('POINT(10 20)',4326));
CREATE TABLE js (id INT PRIMARY KEY, j JSON, c INT AS (JSON_EXTRACT(j,'$.a')) VIRTUAL, KEY (c)); INSERT INTO js (id,j) VALUES (1,'{"a":1,"b":"\\u0000x😀"}');
CREATE TABLE tidx (id INT PRIMARY KEY, a INT DEFAULT (1 + 1), b INT, hid INT INVISIBLE DEFAULT 7, KEY ia(a) INVISIBLE, KEY ib (b DESC)); INSERT INTO tidx (id, a, b, hid) VALUES (1,2,3,4);
CREATE TABLE nokey (v VARCHAR(20)); INSERT INTO nokey VALUES ('a'), ('a'), (NULL);
